/// `audit::verifier`: the pieces make no difference, what is accepted is a chain, and what is made
/// of any bytes is accepted.
#include "audit/record.hpp"
#include "audit/verify.hpp"
#include "tests/fuzz/input.hpp"

#include <string>
#include <tuple>

using namespace actormesh;

namespace {

using audit::summary;

summary verify(fuzz::pieces input, const audit::expectation& what) {
  audit::verifier check{what};
  check.begin_file("file");
  while (!input.done()) {
    const auto piece = input.next();
    check.put(piece);
    input.take(piece.size());
  }
  check.end_file();
  return check.finish();
}

summary verify(std::string_view text, const audit::expectation& what) {
  audit::verifier check{what};
  check.begin_file("file");
  check.put(text);
  check.end_file();
  return check.finish();
}

bool same(const summary& a, const summary& b) {
  const auto parts = [](const summary& each) {
    return std::tie(each.records, each.first_seq, each.first_time, each.last_time, each.last.seq,
                    each.last.hash);
  };
  if (parts(a) != parts(b) || a.broken.has_value() != b.broken.has_value())
    return false;
  return !a.broken || (a.broken->kind == b.broken->kind && a.broken->line == b.broken->line &&
                       a.broken->message == b.broken->message);
}

/// Lines of the input become the bodies of a chain, so that there are chains to look at.
std::string chain_of(std::string_view input, audit::hasher& hash) {
  std::string text;
  audit::head last;
  std::string body;
  audit::append_begin(body, {}, "", audit::action::file_begins);
  body += ",\"chain\":\"" + std::string{hash.name()} + "\",\"key\":\"" + hash.key_id() + '"';
  for (bool more = true; more;) {
    const auto made = audit::append_line(text, last, body, hash);
    fuzz::require(made.has_value(), "a line can be made");
    last = *made;
    more = !input.empty();
    const auto end = input.find('\n');
    body.clear();
    audit::append_body(body, {}, "", {.what = audit::action::publish, .who = input.substr(0, end)});
    input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
  }
  return text;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::split(fuzz::view(data, size));
  audit::expectation what;
  if ((input.option & 1U) != 0)
    what.key = "0123456789abcdef0123456789abcdef";
  what.from_start = (input.option & 2U) != 0;
  const auto whole = verify(input.bytes, what);
  fuzz::require(same(verify({input.bytes, input.sizes}, what), whole), "pieces give the same");
  fuzz::require(same(verify({input.bytes, {}}, what), whole), "single bytes give the same");

  // A chain is accepted, and no longer if a byte of it is another.
  audit::hasher hash{what.key};
  auto text = chain_of(input.bytes.substr(0, 2'000), hash);
  fuzz::require(!verify(text, what).broken, "what was written is accepted");
  const auto at = (static_cast<unsigned char>(input.sizes.empty() ? '\0' : input.sizes[0]) * 256U +
                   input.option) %
                  text.size();
  text[at] = static_cast<char>(text[at] ^ 1);
  fuzz::require(verify(text, what).broken.has_value(), "what was changed is found");
  return 0;
}
