#include "auth/payload_candidates.hpp"

#include "text/json.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>

namespace actormesh::auth {

namespace {

/// What is escaped beyond `"`, `\` and the control characters.
enum class json_style : std::uint8_t {
  plain,         ///< Nothing: JSON.stringify.
  escaped_slash, ///< `/` as `\/`: Apple's encoders.
  html_safe,     ///< `<`, `>`, `&`, `=` and `'` as `\u003c` and so on: Gson.
};

struct variant {
  json_style style = json_style::plain;
  bool events_first = false;
};

/// In the order of how likely they are.
constexpr std::array<variant, 6> variants{{
    {json_style::plain, false},
    {json_style::escaped_slash, false},
    {json_style::plain, true},
    {json_style::html_safe, false},
    {json_style::escaped_slash, true},
    {json_style::html_safe, true},
}};

/// The characters that a style escapes and JSON.stringify doesn't.
constexpr std::string_view special_characters(json_style style) noexcept {
  switch (style) {
  case json_style::plain:
    break;
  case json_style::escaped_slash:
    return "/";
  case json_style::html_safe:
    return "<>&='";
  }
  return {};
}

// -- writing JSON ---------------------------------------------------------------------------------

/// Which bytes a style doesn't write as they are.
using byte_set = std::array<bool, 256>;

constexpr byte_set make_escaped(json_style style) noexcept {
  byte_set escaped{};
  for (std::size_t byte = 0; byte < 0x20; ++byte)
    escaped[byte] = true;
  escaped['"'] = true;
  escaped['\\'] = true;
  for (const char c : special_characters(style))
    escaped[static_cast<unsigned char>(c)] = true;
  return escaped;
}

constexpr std::array<byte_set, 3> escaped_bytes{make_escaped(json_style::plain),
                                                make_escaped(json_style::escaped_slash),
                                                make_escaped(json_style::html_safe)};

/// Calls `write` with the pieces of a JSON string.
template <class Writer> void write_string(std::string_view text, json_style style, Writer&& write) {
  const auto& escaped = escaped_bytes[static_cast<std::size_t>(style)];
  write("\"");
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!escaped[static_cast<unsigned char>(text[i])])
      continue;
    write(text.substr(begin, i - begin));
    write(text::json_escape{text[i]}.view());
    begin = i + 1;
  }
  write(text.substr(begin));
  write("\"");
}

template <class Writer>
void write_channel(std::string_view channel, json_style style, Writer&& write) {
  write("\"channel\":");
  write_string(channel, style, write);
}

template <class Writer>
void write_events(std::span<const std::string> events, json_style style, Writer&& write) {
  write("\"events\":[");
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (i > 0)
      write(",");
    write_string(events[i], style, write);
  }
  write("]");
}

// -- hashing --------------------------------------------------------------------------------------

struct free_digest {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

/// A SHA-256 of many small pieces: they are gathered, because OpenSSL takes longer to take a piece
/// than to hash it. Uses the thread's one context, so there can be one at a time.
class gathering_hash {
public:
  gathering_hash() noexcept {
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    good_ = context() != nullptr && algorithm != nullptr &&
            EVP_DigestInit_ex2(context(), algorithm, nullptr) == 1;
  }

  void append(std::string_view piece) noexcept {
    if (piece.size() > buffer_.size() - used_) {
      flush();
      if (piece.size() > buffer_.size())
        return update(piece);
    }
    std::copy(piece.begin(), piece.end(), buffer_.begin() + static_cast<std::ptrdiff_t>(used_));
    used_ += piece.size();
  }

  std::optional<sha256_digest> finish() noexcept {
    flush();
    sha256_digest digest{};
    if (!good_ || EVP_DigestFinal_ex(context(), digest.data(), nullptr) != 1)
      return std::nullopt;
    return digest;
  }

private:
  static EVP_MD_CTX* context() noexcept {
    static thread_local const std::unique_ptr<EVP_MD_CTX, free_digest> context{EVP_MD_CTX_new()};
    return context.get();
  }

  void flush() noexcept {
    update({buffer_.data(), used_});
    used_ = 0;
  }

  void update(std::string_view piece) noexcept {
    good_ = good_ && EVP_DigestUpdate(context(), piece.data(), piece.size()) == 1;
  }

  std::array<char, 1024> buffer_; // Only what was written to is read.
  std::size_t used_ = 0;
  bool good_ = false;
};

} // namespace

payload_candidates payload_candidates::of_body(std::string_view body) noexcept {
  return {kind::body, body, {}};
}

payload_candidates payload_candidates::of_connect() noexcept { return {kind::body, "{}", {}}; }

payload_candidates payload_candidates::of_subscribe(std::string_view channel) noexcept {
  return {kind::subscribe, channel, {}};
}

payload_candidates payload_candidates::of_publish(std::string_view channel,
                                                  std::span<const std::string> events) noexcept {
  return {kind::publish, channel, events};
}

bool payload_candidates::contains_any(std::string_view characters) const noexcept {
  const auto has_any = [characters](std::string_view text) {
    return std::any_of(characters.begin(), characters.end(),
                       [text](char c) { return text.find(c) != std::string_view::npos; });
  };
  return has_any(text_) || std::any_of(events_.begin(), events_.end(), has_any);
}

template <class Writer> bool payload_candidates::write(std::size_t index, Writer&& writer) const {
  if (kind_ == kind::body) {
    if (index == 0)
      writer(text_);
    return index == 0;
  }
  for (const auto& [style, events_first] : variants) {
    // A variant that would be the same as one before it is not counted. The first is always one.
    const auto special = special_characters(style);
    if ((events_first && kind_ != kind::publish) || (!special.empty() && !contains_any(special)))
      continue;
    if (index-- > 0)
      continue;
    writer("{");
    if (events_first) {
      write_events(events_, style, writer);
      writer(",");
    }
    write_channel(text_, style, writer);
    if (kind_ == kind::publish && !events_first) {
      writer(",");
      write_events(events_, style, writer);
    }
    writer("}");
    return true;
  }
  return false;
}

std::optional<sha256_digest> payload_candidates::hash(std::size_t index) const noexcept {
  gathering_hash hash;
  if (!write(index, [&hash](std::string_view piece) { hash.append(piece); }))
    return std::nullopt;
  return hash.finish();
}

std::optional<std::string> payload_candidates::text(std::size_t index) const {
  std::string text;
  if (!write(index, [&text](std::string_view piece) { text += piece; }))
    return std::nullopt;
  return text;
}

} // namespace actormesh::auth
