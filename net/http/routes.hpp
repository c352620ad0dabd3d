/// Which request goes where.
#pragma once

#include "net/http/exchange.hpp"
#include "net/http/target.hpp"

#include <boost/beast/http/verb.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::http {

/// Loop-bound: answers the requests to one address.
class endpoint {
public:
  virtual ~endpoint() = default;

  /// Answers, as `handler::handle` has to. What it needs to know of the request later, it takes
  /// with it: it may be asked the next before the last is answered. It may be gone by then.
  virtual void handle(exchange& what, const target_parts& target) = 0;
};

/// An address and who answers there.
struct route {
  boost::beast::http::verb method = boost::beast::http::verb::get;
  std::string path;               ///< Whole, as it is sent; without the query.
  std::vector<std::string> hosts; ///< Names without port, in any case; empty: any.
  std::shared_ptr<endpoint> to;
};

/// Immutable once made; replaced as a whole when what is served changes.
class route_table {
public:
  route_table() = default;
  explicit route_table(std::vector<route> routes);

  struct match {
    /// Null: nobody answers there.
    std::shared_ptr<endpoint> to;
    /// The methods that are answered there (RFC 9110 section 10.2.1), if that is why.
    std::string allow;
  };

  /// Finds who answers. `host` is the `Host` header. A route that names the host is preferred to
  /// one that takes any; of those that are equal the first.
  [[nodiscard]] match find(boost::beast::http::verb method, std::string_view path,
                           std::string_view host) const;

private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept;
  };

  boost::unordered_flat_map<std::string, std::vector<route>, text_hash, std::equal_to<>> by_path_;
};

using route_table_ptr = std::shared_ptr<const route_table>;

/// Loop-bound: answers what no endpoint does, in the shape that the listener's clients know.
class fallback {
public:
  /// `allow` is empty but for `refusal::method_not_allowed`.
  virtual void refuse(exchange& what, refusal why, std::string_view allow) = 0;

protected:
  ~fallback() = default;
};

/// Loop-bound: hands the requests of a loop's connections to the endpoints of a table.
class dispatcher final : public handler {
public:
  /// `otherwise` outlives it.
  explicit dispatcher(fallback& otherwise)
    : fallback_(otherwise) {}

  /// Uses another table from now on.
  void use(route_table_ptr routes) noexcept { routes_ = std::move(routes); }

  void handle(exchange& what) override;
  void refuse(exchange& what, refusal why) override;

private:
  fallback& fallback_;
  route_table_ptr routes_ = std::make_shared<const route_table>();
};

} // namespace actormesh::http
