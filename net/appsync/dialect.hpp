/// What differs between Event APIs and other kinds as to who may do what.
#pragma once

#include "net/access/dialect.hpp"
#include "net/appsync/hook_body.hpp"
#include "net/appsync/vocabulary.hpp"

namespace actormesh::appsync {

inline constexpr access::dialect event_api{
    .words = event_api_words, .hook = {.write = write_hook_question, .read = read_hook_answer}};

} // namespace actormesh::appsync
