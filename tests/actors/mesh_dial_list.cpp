#include "actors/mesh/dial_list.hpp"

#include <catch2/catch.hpp>

using namespace actormesh::mesh;
using namespace std::chrono_literals;

TEST_CASE("Failed dials are repeated after a while that doubles up to a bound, with jitter") {
  dial_list list{100ms, 1'000ms};
  auto& target = list.add({"a", 1}, true);
  const auto now = dial_list::clock::now();
  CHECK(target.next <= now);
  for (const auto longest : {100ms, 200ms, 400ms, 800ms, 1'000ms, 1'000ms}) {
    list.failed(target, now);
    CHECK(target.next >= now + longest / 2);
    CHECK(target.next <= now + longest);
  }
  for (int i = 0; i < 100; ++i)
    list.failed(target, now);
  CHECK(target.next <= now + 1'000ms);
  list.succeeded(target);
  list.failed(target, now);
  CHECK(target.next <= now + 100ms);
}

TEST_CASE("An address is known once") {
  dial_list list{100ms, 1'000ms};
  list.add({"a", 1}, false);
  list.add({"a", 1}, true);
  list.add({"a", 1}, false);
  CHECK(list.all().size() == 1);
  CHECK(list.find("a:1")->seed);
}

TEST_CASE("A node that left is not looked for, unless it is a seed") {
  dial_list list{100ms, 1'000ms};
  list.add({"seed", 1}, true).node = "n";
  list.add({"heard", 1}, false).node = "n";
  list.add({"other", 1}, false).node = "m";
  list.drop_node("n");
  CHECK(list.find("seed:1") != nullptr);
  CHECK(list.find("heard:1") == nullptr);
  CHECK(list.find("other:1") != nullptr);
}

TEST_CASE("A node has looked around when each address was tried once") {
  dial_list list{100ms, 1'000ms};
  auto& a = list.add({"a", 1}, true);
  auto& b = list.add({"b", 1}, true);
  CHECK_FALSE(list.all_tried());
  list.failed(a, dial_list::clock::now());
  CHECK_FALSE(list.all_tried());
  list.succeeded(b);
  CHECK(list.all_tried());
}
