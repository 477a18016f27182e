// What a schema file says, before anything is checked: one node for each thing written, with its place.
//
// Names, numbers and raw strings are views into the source text, which must outlive the tree. Token indexes lead the
// formatter back to the words and comments. Values; no threads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/parse/token.h"
#include "schema/source.h"

namespace trivet::schema::tree {

struct Name {
  std::string_view text;
  SourceRange where;
};

enum class NodeKind : uint8_t {
  invalid,  // already reported
  null_, boolean, number,
  string,     // text = between the quotes, undecoded
  name,       // a
  call,       // a(…): a function, or a field with options in a key list
  member,     // arguments[0] . text
  this_,
  array, object,
  not_,       // arguments[0]
  binary,     // arguments[0] op arguments[1]; `in` has op = identifier
  predicate,  // arguments[0] op[ binding, arguments[1] ]; op = question, exclamation, caret; text = binding
};

struct Argument;

struct Node {
  NodeKind kind = NodeKind::invalid;
  TokenKind op = TokenKind::invalid;
  bool parenthesised = false;
  uint16_t depth = 0;  // of the tree below, bounded by the parser
  SourceRange where;
  std::string_view text;
  std::vector<Argument> arguments;
};

struct Argument {
  Name name;  // empty text = by position
  Node value;
};

struct TokenSpan {
  uint32_t first = 0;
  uint32_t last = 0;  // inclusive
};

struct Attribute {
  uint8_t level = 1;  // number of @
  Name name;          // "db.VarChar"
  bool has_arguments = false;
  std::vector<Argument> arguments;
  SourceRange where;
  TokenSpan tokens;
};

struct TypeReference {
  Name name;
  bool list = false;
  bool optional = false;
  bool broken = false;  // reported: say no more of it
  std::string_view unsupported;  // raw text of Unsupported("…")
  SourceRange where;
};

struct Parameter {
  Name name;
  TypeReference type;
  bool positional = false;  // "_" in attribute declarations
  std::vector<Attribute> attributes;
};

struct Field {  // of a model, view or type; or a value of an enum
  std::string doc;
  Name name;
  std::vector<Parameter> parameters;
  TypeReference type;
  std::vector<Attribute> attributes;
  SourceRange where;
  TokenSpan tokens;
};

struct Entry {  // key = value in a datasource, generator or plugin
  Name key;
  Node value;
  TokenSpan tokens;
};

enum class DeclarationKind : uint8_t {
  datasource, generator, plugin, model, view, type, enum_, function, procedure, attribute
};

struct Declaration {
  DeclarationKind kind = DeclarationKind::model;
  std::string doc;
  Name name;  // of an attribute: with its path, without @
  std::vector<Name> mixins;
  Name base;  // extends
  std::vector<Field> fields;
  std::vector<Attribute> attributes;  // block attributes; @@@ of functions, procedures and attributes
  std::vector<Entry> entries;
  std::vector<Parameter> parameters;
  TypeReference result;
  uint8_t level = 0;     // attribute declarations: number of @
  bool mutation = false;
  TokenSpan tokens;      // from the keyword to the last token
  TokenSpan body;        // the braces; 0,0 if there are none
};

struct Import {
  std::string_view path;  // raw text between the quotes
  SourceRange where;
  TokenSpan tokens;
};

struct File {
  std::vector<Import> imports;
  std::vector<Declaration> declarations;
};

}  // namespace trivet::schema::tree
