"""The room from outside: model-based tests and a fuzzer, against real workerd."""
