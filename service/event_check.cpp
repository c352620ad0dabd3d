#include "service/event_check.hpp"

#include "service/json_handler.hpp"

namespace actormesh::service {

struct event_check::scratch {
  boost::json::basic_parser<validating_handler> parser{strict_json()};
};

event_check::event_check()
  : scratch_(std::make_unique<scratch>()) {}

event_check::~event_check() = default;

bool event_check::is_event(std::string_view text) { return parse_whole(scratch_->parser, text); }

} // namespace actormesh::service
