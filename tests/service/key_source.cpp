#include "service/access/key_source.hpp"

#include "config/defaults.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

namespace actormesh::access {

namespace {

using config::secret;

const std::string key = "da2-abcdefghijklmnopqrstuvwxyz";
const std::string other = "another-key-of-enough-bytes";

/// The keys, or what is wrong.
std::vector<std::string> keys_in(const std::string& text, std::string_view member = "api_key") {
  const auto parsed = parse_keys(secret{text}, member, "here");
  std::vector<std::string> keys;
  if (!parsed)
    for (const auto& each : parsed.error())
      keys.push_back(config::to_string(each));
  else
    for (const auto& each : *parsed)
      keys.emplace_back(each.view());
  return keys;
}

std::string problem_in(const std::string& text, std::string_view member = "api_key") {
  const auto parsed = parse_keys(secret{text}, member, "here");
  return parsed ? "none" : parsed.error().front().message;
}

struct ran {
  std::string printed;
  std::string problem;
};

ran run(const std::vector<std::string>& command,
        std::chrono::milliseconds timeout = std::chrono::seconds{30}, bool stopped = false) {
  const std::atomic<bool> stop{stopped};
  const auto got = run_command(command, timeout, stop);
  return got ? ran{std::string{got->view()}, {}} : ran{{}, got.error().front().message};
}

} // namespace

TEST_CASE("A secret is a key, or several with one a line") {
  CHECK(keys_in(key) == std::vector{key});
  CHECK(keys_in(key + "\n") == std::vector{key});
  CHECK(keys_in("\n  " + key + " \r\n\n" + other + "\r\n") == std::vector{key, other});
}

TEST_CASE("A secret is JSON: a list of keys, or an object with a member") {
  CHECK(keys_in("[\"" + key + "\"]") == std::vector{key});
  CHECK(keys_in(" [\"" + key + "\", \"" + other + "\"]\n") == std::vector{key, other});
  CHECK(keys_in("{\"api_key\": \"" + key + "\", \"x\": 1}") == std::vector{key});
  CHECK(keys_in("{\"k\": [\"" + key + "\",\"" + other + "\"]}", "k") == std::vector{key, other});
}

TEST_CASE("What is no key is a problem, and the text is not in it") {
  CHECK(problem_in("") == "expected a key, found nothing");
  CHECK(problem_in(" \n\t ") == "expected a key, found nothing");
  CHECK(problem_in("[]") == "expected a key, found nothing");
  const std::string form = "expected keys of 16 to 256 characters without blanks";
  CHECK(problem_in("short") == form);
  CHECK(problem_in("has a blank in its middle") == form);
  CHECK(problem_in(std::string(16, 'x')) == "none");
  CHECK(problem_in(std::string(15, 'x')) == form);
  CHECK(problem_in(std::string(256, 'x')) == "none");
  CHECK(problem_in(std::string(257, 'x')) == form);
  CHECK(problem_in(key + "\nshort") == form);
  CHECK(problem_in("k\xc3\xa4se-k\xc3\xa4se-k\xc3\xa4se") == form);
  const std::string object = R"(expected a key, or a list of keys, in "api_key" of a JSON object)";
  CHECK(problem_in("{}") == object);
  CHECK(problem_in("{\"other\":\"" + key + "\"}") == object);
  CHECK(problem_in("{\"api_key\":1}") == object);
  CHECK(problem_in("{\"api_key\":[\"" + key + "\",1]}") == object);
  CHECK(problem_in("{\"api_key\":[[\"" + key + "\"]]}") == object);
  CHECK(problem_in("{\"api_key\":\"" + key) == object);
}

TEST_CASE("The answer of GetSecretValue has a SecretString") {
  const auto value = [](std::string_view body) {
    const auto parsed = parse_secret_value(body, "there");
    return parsed ? std::string{parsed->view()} : parsed.error().front().message;
  };
  CHECK(value(R"({"Name":"n","SecretString":"{\"api_key\":\"k\"}","VersionStages":[]})") ==
        R"({"api_key":"k"})");
  const std::string problem = "expected the answer of GetSecretValue, with a SecretString";
  for (const auto* const body :
       {"", "[]", "{}", R"({"SecretBinary":"eA=="})", R"({"SecretString":1})",
        R"({"SecretString":"a","SecretString":"b"})", R"({"SecretString":"a")"})
    CHECK(value(body) == problem);
}

TEST_CASE("A command's output is the secret, and no shell is involved") {
  CHECK(run({"printf", "%s", "a b;c $HOME"}).printed == "a b;c $HOME");
  // Nothing comes from outside.
  CHECK(run({"cat"}).printed.empty());
  CHECK(run({"cat"}).problem.empty());
}

TEST_CASE("A command that cannot be run, or fails, is a problem") {
  CHECK(run({"/no/such/program"}).problem == "cannot be run: No such file or directory");
  CHECK(run({"sh", "-c", "echo abc; exit 3"}).problem == "failed");
  CHECK(run({"sh", "-c", "kill -TERM $$"}).problem == "failed");
}

TEST_CASE("A command that takes too long, or prints too much, is ended") {
  CHECK(run({"sleep", "1000"}, std::chrono::milliseconds{100}).problem ==
        "took longer than keys_source.timeout");
  CHECK(run({"sleep", "1000"}, std::chrono::minutes{10}, true).problem ==
        "took longer than keys_source.timeout");
  CHECK(run({"yes"}).problem == "printed more than a secret");
  // It has said all, but does not end.
  CHECK(run({"sh", "-c", "exec >&-; exec sleep 1000"}, std::chrono::milliseconds{100}).problem ==
        "took longer than keys_source.timeout");
  // What it has started holds its output open.
  CHECK(run({"sh", "-c", "sleep 1000 & echo abc"}, std::chrono::milliseconds{100}).problem ==
        "took longer than keys_source.timeout");
}

} // namespace actormesh::access
