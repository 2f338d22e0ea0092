// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/operation_table.h"

#include <cctype>

#include "engine/core/errors.h"

namespace learnscope {
namespace {

constexpr std::size_t lengthLimit = 200;
constexpr int exponentLimit = 1000;
constexpr int depthLimit = 32;

/// A recursive-descent reader of integer polynomials in a and b, evaluated mod p while it reads:
///   sum = product {(+|-) product};  product = power {[*] power};  power = unary [^ exponent];
///   unary = [-] atom;  atom = number | a | b | ( sum ).
class Polynomial {
 public:
  Polynomial(std::string_view text, int p, const std::string& pointer) : text_(text), p_(p), pointer_(pointer) {}

  int evaluate(int a, int b) {
    a_ = a;
    b_ = b;
    at_ = 0;
    const long value = sum(0);
    if (at_ != text_.size()) refuse("an operator expected");
    return static_cast<int>(value);
  }

 private:
  long sum(int depth) {
    long value = product(depth);
    for (;;) {
      if (take('+'))
        value = (value + product(depth)) % p_;
      else if (take('-'))
        value = (value + p_ - product(depth)) % p_;
      else
        return value;
    }
  }

  long product(int depth) {
    long value = unary(depth);
    for (;;) {
      if (take('*') || startsAtom())
        value = value * unary(depth) % p_;
      else
        return value;
    }
  }

  long unary(int depth) {
    if (take('-')) return (p_ - unary(depth + 1)) % p_;
    return power(depth);
  }

  long power(int depth) {
    const long base = atom(depth);
    if (!take('^')) return base;
    long value = 1 % p_, square = base;
    for (long exponent = digits(exponentLimit, "an exponent in 0..1000 expected"); exponent > 0; exponent /= 2) {
      if (exponent % 2 == 1) value = value * square % p_;
      square = square * square % p_;
    }
    return value;
  }

  long atom(int depth) {
    if (depth > depthLimit) refuse("nested at most 32 deep");
    if (take('(')) {
      const long value = sum(depth + 1);
      if (!take(')')) refuse("\")\" expected");
      return value;
    }
    if (take('a')) return a_ % p_;
    if (take('b')) return b_ % p_;
    if (peek() == '/') refuse("division is not allowed: the result must be an integer");
    return digits(1'000'000'000, "a, b, a number or \"(\" expected") % p_;
  }

  long digits(long largest, const char* expected) {
    skipSpace();
    if (!std::isdigit(static_cast<unsigned char>(peek()))) refuse(expected);
    long value = 0;
    while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_]))) {
      value = value * 10 + (text_[at_] - '0');
      if (value > largest) refuse(expected);
      ++at_;
    }
    if (at_ < text_.size() && text_[at_] == '.') refuse("integers only: the result must be an integer");
    return value;
  }

  bool startsAtom() {
    const char c = peek();
    return c == 'a' || c == 'b' || c == '(' || std::isdigit(static_cast<unsigned char>(c));
  }

  void skipSpace() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  char peek() {
    skipSpace();
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool take(char wanted) {
    if (peek() != wanted) return false;
    ++at_;
    return true;
  }

  [[noreturn]] void refuse(const std::string& expected) {
    const char c = peek();
    const std::string found = c == '\0' ? "the end" : "\"" + std::string(1, c) + "\"";
    std::string reason = c == '/' ? "division is not allowed: the result must be an integer" : expected;
    throw ConfigError(pointer_, std::string(text_),
                      "position " + std::to_string(at_ + 1) + ", at " + found + ": " + reason);
  }

  std::string_view text_;
  long p_;
  const std::string& pointer_;
  std::size_t at_ = 0;
  int a_ = 0, b_ = 0;
};

}  // namespace

OperationTable::OperationTable(Group group)
    : values_(group.table().begin(), group.table().end()),
      order_(group.order()),
      name_(group.name()),
      group_(std::move(group)) {}

OperationTable::OperationTable(std::vector<std::int32_t> values, int order, std::string name)
    : values_(std::move(values)), order_(order), name_(std::move(name)) {}

OperationTable OperationTable::fromExpression(std::string_view expression, int p, const std::string& pointer) {
  if (expression.size() > lengthLimit)
    throw ConfigError(pointer, std::to_string(expression.size()) + " characters", "must have at most 200 characters");
  if (p < 2 || p > Group::kLargestOrder) throw ConfigError("/modulus", std::to_string(p), "must be in 2..256");
  Polynomial polynomial(expression, p, pointer);
  std::vector<std::int32_t> values;
  values.reserve(static_cast<std::size_t>(p) * static_cast<std::size_t>(p));
  for (int a = 0; a < p; ++a)
    for (int b = 0; b < p; ++b) values.push_back(polynomial.evaluate(a, b));
  return {std::move(values), p, std::string(expression) + " mod " + std::to_string(p)};
}

}  // namespace learnscope
