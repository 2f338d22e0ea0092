// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tools/torchscript_archive.h"

#include <algorithm>
#include <array>

#include "engine/core/errors.h"
#include "engine/store/zip_reader.h"

namespace learnscope {
namespace {

constexpr std::uint64_t mostPlainBytes = std::uint64_t{1} << 30U;
constexpr std::size_t mostMembers = 10000;
constexpr const char* saveIt = "save with torch.jit.save(torch.jit.script(net), file) or as .npz";

/// The member's name below the archive's own folder, which torch names after the file.
std::string_view inside(const std::string& name) {
  const std::size_t slash = name.find('/');
  return slash == std::string::npos ? std::string_view() : std::string_view(name).substr(slash + 1);
}

bool known(std::string_view name) {
  constexpr std::array<std::string_view, 7> files{"data.pkl",  "constants.pkl",   "attributes.pkl",    "version",
                                                  "byteorder", ".format_version", ".storage_alignment"};
  constexpr std::array<std::string_view, 5> folders{"data/", "constants/", "code/", "extra/", ".data/"};
  return std::find(files.begin(), files.end(), name) != files.end() ||
         std::any_of(folders.begin(), folders.end(), [&](std::string_view folder) { return name.starts_with(folder); });
}

bool isSource(std::string_view name) { return name.starts_with("code/") && name.ends_with(".py"); }

/// Code of methods is only compiled when an archive is loaded, except this one.
void checkSource(std::string_view source, const std::string& path, const std::string& member) {
  for (const std::string_view word :
       {"__setstate__", "torch.from_file", "torch.save", "ops.aten.save", "ops.aten.from_file"})
    if (source.find(word) != std::string_view::npos)
      throw DataError(path, member,
                      "weights and methods expected, found " + std::string(word) +
                          ": code that runs while loading or reaches files is refused");
}

}  // namespace

void checkTorchScriptArchive(ByteView bytes, const std::string& path) {
  if (bytes.size() < 4 || numberAt<std::uint32_t>(bytes, 0) != zip::localSignature)
    throw DataError(path, "byte 0",
                    std::string("an archive of torch.jit.save expected; plain pickles are not read, as they can run "
                                "code: ") +
                        saveIt);
  const ZipReader archive(bytes, path);
  const std::vector<ZipMember> members = archive.members();
  if (members.size() > mostMembers) throw DataError(path, "", "at most 10000 members expected");
  std::uint64_t total = 0;
  bool constants = false, source = false;
  for (const ZipMember& member : members) {
    const std::string_view name = inside(member.name);
    if (!known(name) || name.find("..") != std::string_view::npos)
      throw DataError(path, member.name.substr(0, 80), "a member of a TorchScript archive expected");
    total += member.size;
    if (total > mostPlainBytes) throw DataError(path, member.name, "at most 1 GB of members expected");
    constants = constants || name == "constants.pkl";
    source = source || isSource(name);
  }
  if (!constants || !source)
    throw DataError(path, "",
                    std::string("an archive of torch.jit.save expected; this is a pickle of torch.save, which can run "
                                "code and is not read: ") +
                        saveIt);
  for (const ZipMember& member : members) {
    const Bytes plain = archive.content(member);
    if (isSource(inside(member.name))) checkSource(textOf(plain), path, member.name);
  }
}

}  // namespace learnscope
