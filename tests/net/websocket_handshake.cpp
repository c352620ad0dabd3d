#include "net/websocket/handshake.hpp"

#include <catch2/catch.hpp>

using namespace actormesh::websocket;

TEST_CASE("Sec-WebSocket-Accept is as RFC 6455 section 1.3 has it") {
  CHECK(accept_value("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CHECK(accept_value("x3JJHMbDL1EzLkh9GBhXDw==") == "HSmrc0sMlYUkAGmm5OPpG2HaGWk=");
}

TEST_CASE("a Sec-WebSocket-Key that is not 16 bytes in base64 has no answer") {
  const auto* const key = GENERATE(
      "", "dGhl", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=A",
      "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZQ== ", "dGhlIHNhbXBsZSBub25j ZQ==",
      "dGhlIHNhbXBsZSBub25j-Q==", "dGhlIHNhbXBsZSBub25jZZZZ", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA==");
  INFO(key);
  CHECK_FALSE(accept_value(key));
}

TEST_CASE("a list is split at its commas") {
  using list = std::vector<std::string_view>;
  CHECK(split_list("").empty());
  CHECK(split_list(" , ,\t").empty());
  CHECK(split_list("a") == list{"a"});
  CHECK(split_list("aws-appsync-event-ws, header-abc") ==
        list{"aws-appsync-event-ws", "header-abc"});
  CHECK(split_list(" a ,\tb\t,,c") == list{"a", "b", "c"});
  CHECK(split_list("a; b=\"x, y\", c") == list{"a; b=\"x, y\"", "c"});
}

TEST_CASE("an offer of permessage-deflate that can be met is answered") {
  constexpr auto plain =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  constexpr auto with_window = "permessage-deflate; server_no_context_takeover; "
                               "client_no_context_takeover; server_max_window_bits=15";
  struct row {
    const char* offers;
    const char* answer;
  };
  const auto [offers, answer] = GENERATE_COPY(values<row>({
      {"permessage-deflate", plain},
      {"Permessage-Deflate", plain},
      {"permessage-deflate; client_max_window_bits", plain}, // browsers
      {"permessage-deflate;client_max_window_bits=8", plain},
      {"permessage-deflate; client_max_window_bits=\"15\"", plain},
      {"permessage-deflate; server_no_context_takeover; client_no_context_takeover", plain},
      {"permessage-deflate; server_max_window_bits=15", with_window},
      // The first that can be met.
      {"permessage-deflate; server_max_window_bits=10, permessage-deflate", plain},
      {"x-webkit-deflate-frame, permessage-deflate; client_max_window_bits", plain},
      {"other; a=\", permessage-deflate\", permessage-deflate", plain},
  }));
  INFO(offers);
  CHECK(negotiate_deflate(offers) == std::string{answer});
}

TEST_CASE("other offers of permessage-deflate are declined") {
  const auto* const offers = GENERATE(
      "", "permessage-bzip2", "permessage-deflate; server_max_window_bits=10",
      "permessage-deflate; server_max_window_bits", "permessage-deflate; server_max_window_bits=16",
      "permessage-deflate; client_max_window_bits=7",
      "permessage-deflate; client_max_window_bits=16",
      "permessage-deflate; client_max_window_bits=08",
      "permessage-deflate; client_max_window_bits=", "permessage-deflate; unknown",
      "permessage-deflate; server_no_context_takeover=1",
      "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
      "permessage-deflate; server_max_window_bits=15; server_max_window_bits=15",
      "permessage-deflate; \"", "other; a=\", permessage-deflate\"");
  INFO(offers);
  CHECK_FALSE(negotiate_deflate(offers));
}
