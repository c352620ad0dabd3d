#include "net/http/target.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace actormesh::http {

namespace urls = boost::urls;

std::optional<target_parts> split_target(std::string_view target) {
  const auto mark = target.find('?');
  const urls::string_view before{target.data(), target.substr(0, mark).size()};
  const auto parsed =
      target.starts_with('/') ? urls::parse_origin_form(before) : urls::parse_absolute_uri(before);
  if (!parsed)
    return std::nullopt;
  const auto path = parsed->encoded_path();
  target_parts parts{{path.data(), path.size()}, {}};
  if (parts.path.empty())
    parts.path = "/";
  if (!parts.path.starts_with('/')) // `mailto:somebody`
    return std::nullopt;
  if (mark != std::string_view::npos)
    parts.query = target.substr(mark + 1);
  return parts;
}

} // namespace actormesh::http
