# One precompiled header for every target (TRIVET_PCH; the presets turn it on): trivet_use_pch(<target>).
#
# One and not one per library, because making one costs more than a small library saves. ccache needs to be told that
# macros of the header and its date don't matter; it still hashes the header itself.
option(TRIVET_PCH "Precompile the headers that most files read" OFF)

if(TRIVET_PCH)
  add_library(trivet_pch STATIC ${CMAKE_SOURCE_DIR}/cmake/pch.cpp)
  target_link_libraries(trivet_pch PUBLIC fmt::fmt Threads::Threads)
  target_precompile_headers(trivet_pch PRIVATE ${CMAKE_SOURCE_DIR}/cmake/pch.h)
  if(TRIVET_CCACHE)
    set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${TRIVET_CCACHE})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
    set_target_properties(trivet_pch PROPERTIES CXX_COMPILER_LAUNCHER "${launcher}")
    target_compile_options(trivet_pch PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
    add_compile_options($<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-fpch-preprocess>)
  endif()
endif()

function(trivet_use_pch target)
  if(TRIVET_PCH)
    target_precompile_headers(${target} REUSE_FROM trivet_pch)
  endif()
endfunction()
