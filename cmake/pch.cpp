// Nothing: the target that owns the precompiled header needs a file.
