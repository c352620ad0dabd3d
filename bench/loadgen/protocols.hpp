/// Makes the protocol objects that a target needs.
#pragma once

#include "bench/loadgen/options.hpp"
#include "bench/wire/protocol.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace actormesh::bench {

[[nodiscard]] std::unique_ptr<wire::protocol> subscriber_protocol(const target_options& target);
[[nodiscard]] std::unique_ptr<wire::protocol> publisher_protocol(const target_options& target);

/// Returns the name of channel `number` of `count`: all names have the same length.
[[nodiscard]] std::string channel_name(const target_options& target, std::size_t number,
                                       std::size_t count);

} // namespace actormesh::bench
