#include "api/rest/decode_cache.h"

namespace trivet::api::rest {

// Null for a thread without a slot of its own: it decodes every request anew.
DecodeCache::Table* DecodeCache::table() const {
  const size_t slot = slots_.mine();
  if (slot >= tables_.size()) return nullptr;
  if (!tables_[slot]) tables_[slot] = std::make_unique<Table>();
  return tables_[slot].get();
}

void DecodeCache::keep_for(const std::shared_ptr<const schema::Schema>& schema) {
  Table* own = table();
  if (own == nullptr || own->schema == schema) return;
  own->entries.clear();
  own->catalogs.clear();
  own->schema = schema;
}

std::shared_ptr<const Catalog> DecodeCache::catalog(const std::shared_ptr<const schema::Schema>& schema,
                                                    const Exposure& exposure) {
  Table* own = table();
  if (own == nullptr) return std::make_shared<const Catalog>(schema, exposure);
  std::shared_ptr<const Catalog>& known = own->catalogs[exposure.profile];
  if (!known) known = std::make_shared<const Catalog>(schema, exposure);
  return known;
}

std::shared_ptr<const Prepared> DecodeCache::find(std::string_view key) const {
  const Table* own = table();
  if (own == nullptr) return nullptr;
  const auto found = own->entries.find(key);
  return found == own->entries.end() ? nullptr : found->second;
}

void DecodeCache::put(std::string_view key, std::shared_ptr<const Prepared> prepared) {
  Table* own = table();
  if (own == nullptr) return;
  // Starting over costs one decoding of each live shape, and needs no bookkeeping on every hit.
  if (own->entries.size() >= entries_max) own->entries.clear();
  own->entries.insert_or_assign(std::string(key), std::move(prepared));
}

}  // namespace trivet::api::rest
