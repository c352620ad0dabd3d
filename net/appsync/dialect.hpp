/// What differs between Event APIs and other kinds as to who may do what.
#pragma once

#include "net/appsync/hook_body.hpp"
#include "net/appsync/vocabulary.hpp"
#include "service/access/dialect.hpp"

namespace actormesh::appsync {

inline constexpr access::dialect event_api{
    .words = event_api_words,
    .hook = {.write = write_hook_question, .read = read_hook_answer},
    .connect = connect_action,
    .subscribe = subscribe_action,
    .publish = publish_action};

} // namespace actormesh::appsync
