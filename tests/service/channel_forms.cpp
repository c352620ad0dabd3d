#include "service/access/channel_forms.hpp"

#include <boost/json/array.hpp>
#include <catch2/catch.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace actormesh::access {

namespace {

const boost::json::object ann{
    {"sub", "ann"},       {"groups", boost::json::array{"red", "blue", true}},
    {"tenant", 42},       {"big", std::uint64_t{18'446'744'073'709'551'615U}},
    {"ratio", 1.5},       {"flag", true},
    {"nothing", nullptr}, {"star", "*"},
    {"slash", "a/b"},     {"empty", ""}};

bool allows(const std::vector<std::string>& forms, std::string_view channel) {
  return channel_forms{forms}.allow(channel, ann);
}

} // namespace

TEST_CASE("Without forms every channel is good") {
  CHECK(channel_forms{}.empty());
  CHECK(allows({}, "/any/thing/*"));
}

TEST_CASE("A form of literals is one channel") {
  CHECK(allows({"/news/latest"}, "/news/latest"));
  CHECK_FALSE(allows({"/news/latest"}, "/news"));
  CHECK_FALSE(allows({"/news/latest"}, "/news/latest/more"));
  CHECK_FALSE(allows({"/news/latest"}, "/news/Latest"));
  CHECK_FALSE(allows({"/news/latest"}, "/news/*"));
  CHECK(allows({"/news/latest", "/news/old"}, "/news/old"));
}

TEST_CASE("A claim stands for its value") {
  CHECK(allows({"/user/{sub}"}, "/user/ann"));
  CHECK_FALSE(allows({"/user/{sub}"}, "/user/bob"));
  CHECK_FALSE(allows({"/user/{sub}"}, "/user/{sub}"));
  CHECK_FALSE(allows({"/user/{sub}"}, "/user/ann/a"));
  CHECK_FALSE(allows({"/user/{sub}"}, "/user"));
  CHECK_FALSE(allows({"/user/{none}"}, "/user/ann"));
  CHECK(allows({"/{sub}/x/{sub}"}, "/ann/x/ann"));
  CHECK_FALSE(allows({"/{sub}/x/{sub}"}, "/ann/x/bob"));
}

TEST_CASE("Of a list every value counts, and numbers are texts") {
  CHECK(allows({"/team/{groups}"}, "/team/red"));
  CHECK(allows({"/team/{groups}"}, "/team/blue"));
  CHECK_FALSE(allows({"/team/{groups}"}, "/team/true"));
  CHECK_FALSE(allows({"/team/{groups}"}, "/team/green"));
  CHECK(allows({"/tenant/{tenant}"}, "/tenant/42"));
  CHECK(allows({"/tenant/{big}"}, "/tenant/18446744073709551615"));
  for (const auto* const claim : {"ratio", "flag", "nothing", "empty", "slash"}) {
    INFO(claim);
    for (const auto* const channel : {"/x/1.5", "/x/1", "/x/true", "/x/null", "/x/a", "/x/a/b"})
      CHECK_FALSE(allows({"/x/{" + std::string{claim} + "}"}, channel));
  }
}

TEST_CASE("A pattern is allowed only if all that it matches is") {
  CHECK_FALSE(allows({"/user/{sub}"}, "/user/*"));
  CHECK_FALSE(allows({"/user/{star}"}, "/user/*"));
  CHECK_FALSE(allows({"/user/{sub}"}, "/user/ann/*"));
  CHECK(allows({"/user/{sub}/*"}, "/user/ann/*"));
  CHECK(allows({"/user/{sub}/*"}, "/user/ann/a/*"));
  CHECK_FALSE(allows({"/user/{sub}/*"}, "/user/*"));
  CHECK_FALSE(allows({"/user/{sub}/*"}, "/user/bob/*"));
}

TEST_CASE("A star at the end stands for one segment or more, elsewhere for one") {
  CHECK_FALSE(allows({"/user/{sub}/*"}, "/user/ann"));
  CHECK(allows({"/user/{sub}/*"}, "/user/ann/a"));
  CHECK(allows({"/user/{sub}/*"}, "/user/ann/a/b/c"));
  CHECK(allows({"/room/*/{sub}"}, "/room/7/ann"));
  CHECK_FALSE(allows({"/room/*/{sub}"}, "/room/7/8/ann"));
  CHECK_FALSE(allows({"/room/*/{sub}"}, "/room/*"));
  CHECK_FALSE(allows({"/room/*/{sub}"}, "/room/7/*"));
  CHECK(allows({"/*"}, "/room/*"));
  CHECK(allows({"/*"}, "/*"));
}

} // namespace actormesh::access
