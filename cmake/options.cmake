# Compiler, linker and sanitizer settings shared by every target.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
                    -fno-omit-frame-pointer -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
# A request is a handful of nested coroutines: their frames are recycled per thread, instead of two of them.
add_compile_definitions(BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_HAS_CO_AWAIT
                        BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=8)

if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  set(TRIVET_SANITIZE "address,undefined" CACHE STRING "Sanitizers of a debug build; empty: none")
  if(TRIVET_SANITIZE)
    add_compile_options(-fsanitize=${TRIVET_SANITIZE} -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${TRIVET_SANITIZE})
  endif()
else()
  add_compile_options(-O2)
endif()

if(TRIVET_FUZZ)
  # Everything tells the fuzzer which way it went; only the fuzzers link its main().
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
  add_custom_target(fuzzers)
endif()

find_program(TRIVET_MOLD mold)
if(TRIVET_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

find_program(TRIVET_CCACHE ccache)
if(TRIVET_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${TRIVET_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${TRIVET_CCACHE})
endif()

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(Boost 1.81 REQUIRED)
