#include "audit/chain.hpp"

#include "audit/record.hpp"
#include "config/file_io.hpp"
#include "config/keys/secret_file.hpp"
#include "text/ascii.hpp"
#include "text/hex.hpp"

#include <boost/json.hpp>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <system_error>
#include <utility>

namespace actormesh::audit {

namespace {

constexpr std::string_view line_begin = "{\"seq\":";
constexpr std::string_view time_begin = "\"time\":\"";
constexpr std::string_view prev_begin = ",\"prev\":\"";
constexpr std::string_view hash_begin = "\",\"hash\":\"";
constexpr std::string_view line_end = "\"}";

/// From `,"prev":` to the end of the line.
constexpr std::size_t tail_size =
    prev_begin.size() + hash_digits + hash_begin.size() + hash_digits + line_end.size();

/// Of the tail, what is not hashed: from `,"hash":`. The quote before it closes `prev`.
constexpr std::size_t unhashed_size = hash_begin.size() - 1 + hash_digits + line_end.size();

using raw_hash = std::array<unsigned char, hash_digits / 2>;

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// Takes a whole number without needless zeros off the text.
std::optional<std::uint64_t> take_number(std::string_view& text) noexcept {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto size = static_cast<std::size_t>(end - text.data());
  if (error != std::errc{} || (text[0] == '0' && size > 1))
    return std::nullopt;
  text.remove_prefix(size);
  return number;
}

bool take(std::string_view& text, std::string_view expected) noexcept {
  if (!text.starts_with(expected))
    return false;
  text.remove_prefix(expected.size());
  return true;
}

} // namespace

std::optional<hash_text> parse_hash(std::string_view text) noexcept {
  if (text.size() != hash_digits || !text::is_hex(text))
    return std::nullopt;
  hash_text hash{};
  std::copy(text.begin(), text.end(), hash.begin());
  return hash;
}

// -- the key -----------------------------------------------------------------------------------

config::result<std::string> load_key(const std::filesystem::path& file) {
  using config::one_problem;
  const auto name = file.string();
  std::error_code failed;
  if (std::filesystem::is_symlink(file, failed))
    return one_problem(name, "is a symbolic link, which is not followed");
  const auto read = config::read_secret_file(file);
  if (!read)
    return read.error();
  std::string text{read->view()};
  text.resize(text.find_last_not_of(text::white_space) + 1);
  if (text.size() < shortest_key || text.size() > longest_key)
    return one_problem(name, "expected a key of " + std::to_string(shortest_key) + " to " +
                                 std::to_string(longest_key) +
                                 " bytes, such as `openssl rand -hex 32` prints");
  return text;
}

// -- hashing -----------------------------------------------------------------------------------

void hasher::release::operator()(evp_md_st* each) const noexcept { EVP_MD_free(each); }
void hasher::release::operator()(evp_md_ctx_st* each) const noexcept { EVP_MD_CTX_free(each); }
void hasher::release::operator()(evp_mac_ctx_st* each) const noexcept { EVP_MAC_CTX_free(each); }

hasher::hasher(std::string_view key) {
  if (key.empty()) {
    // Fetched once: looking the algorithm up costs more than hashing a line.
    digest_.reset(EVP_MD_fetch(nullptr, "SHA256", nullptr));
    plain_.reset(EVP_MD_CTX_new());
    return;
  }
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  if (mac == nullptr)
    return;
  keyed_.reset(EVP_MAC_CTX_new(mac));
  EVP_MAC_free(mac);
  std::array<char, 7> digest{"SHA256"};
  const std::array<OSSL_PARAM, 2> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_end()};
  if (EVP_MAC_init(keyed_.get(), bytes_of(key), key.size(), parameters.data()) != 1)
    keyed_.reset();
  // Of no use to whoever wants to find the key, or to make the hash of a record.
  if (const auto id = (*this)("actormesh audit key"))
    key_id_.assign(view(*id).substr(0, 16));
}

std::optional<hash_text> hasher::operator()(std::string_view bytes) {
  raw_hash raw{};
  if (plain_ != nullptr) {
    unsigned size = 0;
    if (EVP_DigestInit_ex2(plain_.get(), digest_.get(), nullptr) != 1 ||
        EVP_DigestUpdate(plain_.get(), bytes.data(), bytes.size()) != 1 ||
        EVP_DigestFinal_ex(plain_.get(), raw.data(), &size) != 1)
      return std::nullopt;
    return text::to_hex(raw);
  }
  // Without a key it begins anew with the one it has.
  std::size_t size = 0;
  if (keyed_ == nullptr || EVP_MAC_init(keyed_.get(), nullptr, 0, nullptr) != 1 ||
      EVP_MAC_update(keyed_.get(), bytes_of(bytes), bytes.size()) != 1 ||
      EVP_MAC_final(keyed_.get(), raw.data(), &size, raw.size()) != 1)
    return std::nullopt;
  return text::to_hex(raw);
}

std::string_view hasher::name() const noexcept {
  return plain_ != nullptr ? "sha256" : "hmac-sha256";
}

// -- lines -------------------------------------------------------------------------------------

std::optional<head> append_line(std::string& to, const head& last, std::string_view body,
                                hasher& with) {
  const auto begin = to.size();
  to += line_begin;
  append_number(to, last.seq + 1);
  to += ',';
  to += body;
  to += prev_begin;
  to += view(last.hash);
  to += '"';
  const auto hash = with(std::string_view{to}.substr(begin));
  if (!hash) {
    to.resize(begin);
    return std::nullopt;
  }
  to += hash_begin.substr(1);
  to += view(*hash);
  to += line_end;
  to += '\n';
  return head{last.seq + 1, *hash};
}

std::optional<parsed_line> parse_line(std::string_view line) noexcept {
  parsed_line found;
  auto rest = line;
  if (rest.size() < tail_size || !take(rest, line_begin))
    return std::nullopt;
  const auto seq = take_number(rest);
  if (!seq || !take(rest, ",") || rest.size() < tail_size)
    return std::nullopt;
  found.seq = *seq;
  found.body = rest.substr(0, rest.size() - tail_size);
  found.hashed = line.substr(0, line.size() - unhashed_size);
  auto time = found.body;
  if (!take(time, time_begin))
    return std::nullopt;
  found.time = time.substr(0, time.find('"'));
  if (!parse_time(found.time))
    return std::nullopt;
  auto tail = rest.substr(rest.size() - tail_size);
  if (!take(tail, prev_begin))
    return std::nullopt;
  const auto prev = parse_hash(tail.substr(0, hash_digits));
  tail.remove_prefix(hash_digits);
  if (!prev || !take(tail, hash_begin))
    return std::nullopt;
  const auto hash = parse_hash(tail.substr(0, hash_digits));
  if (!hash || tail.substr(hash_digits) != line_end)
    return std::nullopt;
  found.prev = *prev;
  found.hash = *hash;
  return found;
}

std::optional<file_header> parse_header(std::string_view body) {
  std::string text{"{"};
  text += body;
  text += '}';
  boost::system::error_code failed;
  const auto value = boost::json::parse(boost::json::string_view{text.data(), text.size()}, failed);
  const auto* members = failed ? nullptr : value.if_object();
  if (members == nullptr)
    return std::nullopt;
  const auto member = [&](const char* name) -> std::string {
    const auto* found = members->if_contains(name);
    const auto* string = found == nullptr ? nullptr : found->if_string();
    return string == nullptr ? std::string{} : std::string{string->data(), string->size()};
  };
  if (member("what") != to_string(action::file_begins))
    return std::nullopt;
  return file_header{member("chain"), member("key")};
}

} // namespace actormesh::audit
