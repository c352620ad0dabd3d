#include "tests/access/fixtures.hpp"

#include <catch2/catch.hpp>

namespace actormesh::process {

namespace {

constexpr auto key_id = "AKIAIOSFODNN7EXAMPLE";
constexpr auto secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

std::string config_of(const shelf& files) {
  return R"(
apis:
  - id: default
    auth: {connect: [AWS_IAM], publish: [AWS_IAM], subscribe: [AWS_IAM]}
    iam: {region: eu-central-1, account: "123456789012"}
    access_keys:
      - id: AKIAIOSFODNN7EXAMPLE
        user: ann
        secret_file: )" +
         files.path("ann.secret") + R"(
        policy:
          - actions: [appsync:EventPublish]
            resources: [arn:aws:appsync:eu-central-1:123456789012:apis/default/channelNamespace/open]
    namespaces: [{name: open}, {name: closed}]
)";
}

std::vector<std::string> signed_by(const std::string& id, const std::string& with,
                                   const std::string& region = "eu-central-1") {
  return {"--aws-sigv4", "aws:amz:" + region + ":appsync", "--user", id + ":" + with};
}

} // namespace

TEST_CASE("curl signs what it publishes") {
  const shelf files;
  files.put("ann.secret", secret);
  node_process node{{.config = config_of(files)}};

  for (const auto* const event : {"1", R"({"<b>":"\"&' äö 🍮 / = +"})", R"("\u2028\\")"}) {
    INFO(event);
    const auto answer = publish_by_curl(node, "/open/a", signed_by(key_id, secret), event);
    CHECK(answer.status == 200);
    CHECK(answer.body.starts_with(R"({"failed":[],)"));
  }

  const auto wrong = publish_by_curl(node, "/open/a", signed_by(key_id, "wrong"));
  CHECK(wrong.status == 403);
  CHECK(error_type(wrong) == "InvalidSignatureException");

  const auto elsewhere = publish_by_curl(node, "/open/a", signed_by(key_id, secret, "us-east-1"));
  CHECK(elsewhere.status == 403);
  CHECK(error_type(elsewhere) == "InvalidSignatureException");

  const auto unknown = publish_by_curl(node, "/open/a", signed_by("AKIAUNKNOWN7EXAMPLE", secret));
  CHECK(unknown.status == 403);
  CHECK(error_type(unknown) == "UnrecognizedClientException");

  const auto with_token = signed_by(key_id, secret);
  auto words = with_token;
  words.insert(words.end(), {"--header", "x-amz-security-token: none-such"});
  CHECK(error_type(publish_by_curl(node, "/open/a", words)) == "UnrecognizedClientException");

  const auto denied = publish_by_curl(node, "/closed/a", signed_by(key_id, secret));
  CHECK(denied.status == 403);
  CHECK(error_type(denied) == "AccessDeniedException");
  CHECK(denied.body.find("User: arn:aws:iam::123456789012:user/ann is not authorized to perform: "
                         "appsync:EventPublish on resource: arn:aws:appsync:eu-central-1:"
                         "123456789012:apis/default/channelNamespace/closed") != std::string::npos);

  const auto unsigned_answer = publish_by_curl(node, "/open/a", {});
  CHECK(unsigned_answer.status == 401);
  CHECK(error_type(unsigned_answer) == "UnauthorizedException");
}

TEST_CASE("What is signed is the body that came") {
  const shelf files;
  files.put("ann.secret", secret);
  node_process node{{.config = config_of(files)}};
  // curl signs the body that it sends; this header makes it claim another.
  auto words = signed_by(key_id, secret);
  words.insert(words.end(), {"--header", "x-amz-content-sha256: " + std::string(64, 'a')});
  const auto answer = publish_by_curl(node, "/open/a", words);
  CHECK(answer.status == 403);
  CHECK(error_type(answer) == "InvalidSignatureException");
}

TEST_CASE("A secret is replaced while the node runs, and both count while both are in the file") {
  const shelf files;
  files.put("ann.secret", secret);
  node_process node{{.config = config_of(files)}};
  const auto status = [&](const std::string& with) {
    return publish_by_curl(node, "/open/a", signed_by(key_id, with)).status;
  };
  const std::string next = "next/secret/of/40/characters/EXAMPLEKEY+";
  REQUIRE(status(secret) == 200);
  REQUIRE(status(next) == 403);
  files.put("ann.secret", std::string{secret} + "\n" + next + "\n");
  wait_until([&] { return status(next) == 200; }, "the new secret to count");
  CHECK(status(secret) == 200);
  files.put("ann.secret", next);
  // 403, or 429 once it was shown too often.
  wait_until([&] { return status(secret) != 200; }, "the old secret not to count");
  CHECK(status(next) == 200);
}

} // namespace actormesh::process
