// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "engine/core/errors.h"
#include "engine/core/random_stream.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

// A claim that is believed shows as an allocation that no input here can need. The sanitizers' library looks these up.
extern "C" [[gnu::used, gnu::visibility("default")]] inline const char* __asan_default_options() {
  return "max_allocation_size_mb=1024:allocator_may_return_null=0";
}
extern "C" [[gnu::used, gnu::visibility("default")]] inline const char* __ubsan_default_options() {
  return "halt_on_error=1:print_stacktrace=1";
}

namespace learnscope::fuzz {

inline std::string program, current;  // who reads, and what is being read

inline void keepInput() { std::ofstream(program + ".input", std::ios::binary) << current; }

/// One to four changes: bytes set, flipped, cut off, erased, filled, or inserted from `words` or another sample.
template <class Sample>
std::string mutated(std::string bytes, const std::vector<Sample>& all, const std::vector<std::string>& words,
                    RandomStream& random) {
  const std::uint64_t rounds = 1 + random.below(4);
  for (std::uint64_t k = 0; k < rounds && !bytes.empty(); ++k) {
    // Headers decide most, so half of the places lie in the first 700 bytes.
    const std::size_t reach = random.below(2) ? std::min<std::size_t>(bytes.size(), 700) : bytes.size();
    const std::size_t at = random.below(reach);
    switch (random.below(7)) {
      case 0:
        bytes[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
        break;
      case 2:
        bytes.resize(at);
        break;
      case 3:
        bytes.erase(at, 1 + random.below(40));
        break;
      case 4:
        bytes.insert(at, words[random.below(words.size())]);
        break;
      case 5:
        for (std::size_t i = at; i < std::min(at + 4, bytes.size()); ++i) bytes[i] = random.below(2) ? '\xff' : '\0';
        break;
      case 6: {
        const std::string& other = all[random.below(all.size())].bytes;
        const std::size_t from = random.below(other.size());
        bytes.insert(at, other.substr(from, 1 + random.below(200)));
        break;
      }
    }
  }
  return bytes;
}

/// Reads mutated samples for argv[1] seconds with the seed argv[2]. `read` reads `current` and says what it was. A
/// finding is a crash, a sanitizer's report, or an exception that is no Error; the input is then in NAME.input.
template <class Sample>
int run(int argc, char** argv, const char* name, const std::vector<Sample>& all, const std::vector<std::string>& words,
        const std::function<std::string(const Sample&)>& read) {
  program = name;
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_set_death_callback(keepInput);
#endif
  const double seconds = argc > 1 ? std::atof(argv[1]) : 10;
  RandomStream random(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1, "fuzz");
  const auto start = std::chrono::steady_clock::now();
  std::map<std::string, long> outcomes;
  long inputs = 0;
  for (; std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < seconds; ++inputs) {
    const Sample& sample = all[random.below(all.size())];
    current = mutated(sample.bytes, all, words, random);
    try {
      ++outcomes["read " + read(sample)];
    } catch (const Error&) {
      ++outcomes["refused " + sample.name];
    } catch (const std::exception& error) {
      keepInput();
      std::cerr << "finding after " << inputs << " inputs, in " << program << ".input: " << error.what() << '\n';
      return 1;
    }
  }
  std::cout << inputs << " inputs, no finding\n";
  for (const auto& [what, count] : outcomes) std::cout << "  " << what << ": " << count << '\n';
  return 0;
}

}  // namespace learnscope::fuzz
