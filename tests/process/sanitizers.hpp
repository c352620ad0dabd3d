/// What tests can't expect of a program that is built with a sanitizer.
#pragma once

namespace actormesh::process {

/// Whether this test, and with it the node that it starts, is built with one. Sanitizers keep freed
/// memory, to find who still uses it, and shadows of all of it: the size of the process says
/// nothing then. And everything is slow.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
#else
inline constexpr bool sanitized = false;
#endif

} // namespace actormesh::process
