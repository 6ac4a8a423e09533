import Testing

/// Everything that is shown on a whole fleet: three hosts and a gateway made of namespaces, with the program's own
/// processes, real containers, and clients that are connected all the time.
///
/// The suites below share one lab and run one after another. `LabTrait` brings the lab up before the first test and
/// takes it down after the last, however they end.
@Suite(
    "A fleet of namespaces", .serialized, .enabled(if: Requirements.missing.isEmpty, Requirements.comment), .lab,
    .timeLimit(.minutes(2)))
enum EndToEnd {}
