// swift-tools-version: 6.1
import PackageDescription

// The fuzzing of the HTTP module: a package of its own, because it is built with other options. See scripts/fuzz.
let package = Package(
    name: "fuzz",
    dependencies: [.package(name: "relocate", path: "..")],
    targets: [
        .systemLibrary(name: "CFuzzer"),
        .executableTarget(
            name: "fuzz",
            dependencies: ["CFuzzer", .product(name: "HTTP", package: "relocate")],
            swiftSettings: [.enableUpcomingFeature("ExistentialAny")]
        ),
    ]
)
