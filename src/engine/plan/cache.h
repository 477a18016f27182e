// A bounded map from two texts (what kind, which one) that forgets what wasn't used lately. One
// thread.
//
// Two generations: a hit in the old one moves to the young one; when the young one is half of
// `capacity`, it becomes the old one and what was old is dropped. A lookup allocates nothing.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace trivet::engine {

template <class T>
class SharedCache {
 public:
  explicit SharedCache(size_t capacity) : half_(capacity / 2 + 1) {}

  // Null if unknown.
  [[nodiscard]] std::shared_ptr<const T> find(std::string_view kind, std::string_view name) {
    if (auto found = young_.find(KeyView{kind, name}); found != young_.end()) return found->second;
    auto found = old_.find(KeyView{kind, name});
    if (found == old_.end()) return nullptr;
    std::shared_ptr<const T> value = found->second;
    put(kind, name, value);
    return value;
  }

  void put(std::string_view kind, std::string_view name, std::shared_ptr<const T> value) {
    if (young_.size() >= half_) {
      old_ = std::move(young_);
      young_.clear();
    }
    young_.insert_or_assign(Key{std::string(kind), std::string(name)}, std::move(value));
  }

  void clear() {
    young_.clear();
    old_.clear();
  }
  [[nodiscard]] size_t size() const { return young_.size() + old_.size(); }

 private:
  struct Key {
    std::string kind;
    std::string name;
  };
  struct KeyView {
    std::string_view kind;
    std::string_view name;
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(const KeyView& key) const {
      const std::hash<std::string_view> hash;
      return hash(key.name) * 31 + hash(key.kind);
    }
    size_t operator()(const Key& key) const { return (*this)(KeyView{key.kind, key.name}); }
  };
  struct Equal {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return std::string_view(a.name) == std::string_view(b.name) &&
             std::string_view(a.kind) == std::string_view(b.kind);
    }
  };
  using Map = std::unordered_map<Key, std::shared_ptr<const T>, Hash, Equal>;

  size_t half_;
  Map young_;
  Map old_;
};

}  // namespace trivet::engine
