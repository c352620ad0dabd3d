/// Certificates that change while the node runs.
#pragma once

#include "config/file_io.hpp"
#include "config/problem.hpp"
#include "net/tls/context.hpp"

#include <memory>
#include <mutex>

namespace actormesh::net::tls {

/// The controlling thread's, but for `current`: the context that new connections get. Those that
/// are there go on with the one they have.
class certificate_source {
public:
  certificate_source();
  certificate_source(const certificate_source&) = delete;
  certificate_source& operator=(const certificate_source&) = delete;

  /// Loads what `how` names; first of all, and when the configuration has changed. If there is an
  /// error among the problems that are returned, the context is what it was.
  [[nodiscard]] config::problems load(const context_options& how);

  /// As `load`, with the same files.
  [[nodiscard]] config::problems reload() { return load(options_); }

  /// Returns whether the files differ from those that were read last, whether these were good or
  /// not, and are the same as at the last call: who replaces certificate and key one after the
  /// other is given time for both. To be called about once a second; costs two calls of stat.
  [[nodiscard]] bool changed();

  /// Any thread. Null until a load has succeeded.
  [[nodiscard]] context_ptr current() const;

private:
  struct stamps {
    config::file_stamp certificate;
    config::file_stamp key;

    friend bool operator==(const stamps&, const stamps&) = default;
  };

  [[nodiscard]] stamps look() const noexcept;

  context_options options_;
  std::shared_ptr<ticket_keys> tickets_;
  stamps read_; ///< Of the files that were read last.
  stamps seen_; ///< At the last call of `changed`.
  mutable std::mutex mutex_;
  context_ptr current_; ///< Guarded by `mutex_`.
};

} // namespace actormesh::net::tls
