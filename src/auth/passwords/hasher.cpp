#include "auth/passwords/hasher.h"

#include <array>

namespace trivet::auth {
namespace {

std::string random_text(Random& random, size_t count) {
  std::string text(count, '\0');
  random.fill(std::as_writable_bytes(std::span(text)));
  return text;
}

// Of clients that gave up while they stood in the queue: those who still wait come sooner.
std::unexpected<Error> nobody_waits() {
  return fail(ErrorCode::query_canceled, "the client has gone");
}

}  // namespace

PasswordHasher::PasswordHasher(HasherOptions options, Random& random)
    : options_(std::move(options)),
      random_(random),
      nobody_(hash_argon2id(random_text(random, 32), random_text(random, salt_bytes),
                            options_.argon2)),
      pool_(options_.pool) {}

task<result<std::string>> PasswordHasher::hash(std::string password) {
  if (password.size() > password_bytes_max)
    co_return fail(ErrorCode::too_large, "The password is too long");
  const std::string salt = make_salt();
  auto hashed = co_await pool_.run([&](std::stop_token gone) -> result<std::string> {
    if (gone.stop_requested()) return nobody_waits();
    return hash_argon2id(password, salt, options_.argon2);
  });
  if (!hashed) co_return std::unexpected(std::move(hashed).error());
  co_return *std::move(hashed);
}

task<result<PasswordMatch>> PasswordHasher::verify(std::string password, std::string stored) {
  auto verdict = co_await pool_.run([&](std::stop_token gone) -> result<PasswordMatch> {
    if (gone.stop_requested()) return nobody_waits();
    return verify_password(password, stored, options_.argon2, options_.peppers);
  });
  if (!verdict) co_return std::unexpected(std::move(verdict).error());
  co_return *std::move(verdict);
}

task<result<PasswordMatch>> PasswordHasher::verify_nothing(std::string password) {
  auto verdict = co_await verify(std::move(password), nobody_);
  if (!verdict) co_return std::unexpected(std::move(verdict).error());
  co_return PasswordMatch::wrong;
}

std::string PasswordHasher::make_salt() {
  const std::lock_guard lock(mutex_);
  return random_text(random_, salt_bytes);
}

}  // namespace trivet::auth
