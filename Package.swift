// swift-tools-version: 6.1
import PackageDescription

let swift: [SwiftSetting] = [.enableUpcomingFeature("ExistentialAny")]

let package = Package(
    name: "relocate",
    products: [
        .executable(name: "relocate", targets: ["relocate"]),
        // For the packages that fuzz and measure them: Fuzz, scripts/bench.d/load.
        .library(name: "HTTP", targets: ["HTTP"]),
        .library(name: "FleetModel", targets: ["FleetModel"]),
        .library(name: "FleetAPI", targets: ["FleetAPI"]),
        .library(name: "MovingTarget", targets: ["MovingTarget"]),
        .library(name: "AttackSimulation", targets: ["AttackSimulation"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        .target(name: "FleetModel", swiftSettings: swift),
        .target(name: "FleetAPI", dependencies: ["FleetModel"], swiftSettings: swift),
        .target(
            name: "MovingTarget",
            dependencies: [
                "FleetModel", .product(name: "HashTreeCollections", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            swiftSettings: swift
        ),
        .target(
            name: "FleetCore",
            dependencies: [
                "FleetModel", "MovingTarget",
                .product(name: "HashTreeCollections", package: "swift-collections"),
            ],
            swiftSettings: swift
        ),
        .target(
            name: "AttackSimulation",
            dependencies: ["FleetModel", "MovingTarget", "SystemSupport"],
            // In the program itself, so that it needs no files beside it.
            resources: [.embedInCode("Experiments/Shipped")],
            swiftSettings: swift
        ),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CNetlink"),
        .systemLibrary(name: "CNghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .target(name: "SystemSupport", dependencies: ["CLinux"], swiftSettings: swift),
        .target(name: "Certificates", dependencies: ["COpenSSL", "SystemSupport"], swiftSettings: swift),
        .target(
            name: "HTTP",
            dependencies: [
                "CLinux", "CNghttp2", "COpenSSL", "Certificates", "SystemSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: swift
        ),
        .systemLibrary(
            name: "CArchive",
            pkgConfig: "libarchive",
            providers: [.apt(["libarchive-dev"])]
        ),
        .target(
            name: "ImageStore",
            dependencies: [
                "FleetModel", "CArchive", "SystemSupport",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: swift
        ),
        .target(name: "FleetLedger", dependencies: ["FleetModel"], swiftSettings: swift),
        .target(
            name: "Ledger",
            dependencies: [
                "FleetLedger", "FleetModel",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: swift
        ),
        .target(
            name: "DockerEngine",
            dependencies: ["HTTP", .product(name: "HTTPTypes", package: "swift-http-types")],
            swiftSettings: swift
        ),
        .target(
            name: "HostAgent",
            dependencies: [
                "CNetlink", "DockerEngine", "FleetModel", "HTTP", "ImageStore", "SystemSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: swift
        ),
        .target(
            name: "Lab",
            dependencies: ["FleetModel", "HostAgent", "SystemSupport"],
            swiftSettings: swift
        ),
        .target(
            name: "ControlPlane",
            dependencies: [
                "AttackSimulation", "Certificates", "FleetAPI", "FleetCore", "FleetLedger", "FleetModel", "HTTP",
                "ImageStore", "Ledger", "MovingTarget", "SystemSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "HashTreeCollections", package: "swift-collections"),
            ],
            swiftSettings: swift
        ),
        .executableTarget(
            name: "relocate",
            dependencies: [
                "AttackSimulation", "Certificates", "ControlPlane", "DockerEngine", "FleetAPI", "FleetModel", "HTTP",
                "HostAgent", "ImageStore", "Lab", "MovingTarget", "SystemSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swift
        ),
        .executableTarget(
            name: "http-test-server",
            dependencies: ["HTTP", .product(name: "Logging", package: "swift-log")],
            path: "Tests/HTTPTestServer",
            swiftSettings: swift
        ),
        .executableTarget(
            name: "decisions",
            dependencies: ["FleetCore", "FleetModel", "MovingTarget"],
            path: "scripts/bench.d/decisions",
            swiftSettings: swift
        ),
        .executableTarget(
            name: "simulated-fleet",
            dependencies: [
                "FleetLedger", "FleetModel", "HTTP", "Ledger",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            path: "scripts/bench.d/simulated-fleet",
            swiftSettings: swift
        ),
        .target(
            name: "RelocateTesting",
            dependencies: [
                "FleetLedger", "FleetModel", "HTTP", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            path: "Tests/RelocateTesting",
            swiftSettings: swift
        ),
        .testTarget(
            name: "SystemSupportTests", dependencies: ["RelocateTesting", "SystemSupport"], swiftSettings: swift),
        .testTarget(name: "FleetModelTests", dependencies: ["FleetModel"], swiftSettings: swift),
        .testTarget(
            name: "FleetAPITests", dependencies: ["AttackSimulation", "FleetAPI", "FleetModel"],
            resources: [.copy("Recorded")], swiftSettings: swift),
        .testTarget(
            name: "MovingTargetTests", dependencies: ["MovingTarget", "RelocateTesting"], swiftSettings: swift),
        .testTarget(
            name: "FleetCoreTests", dependencies: ["FleetCore", "RelocateTesting"], swiftSettings: swift),
        .testTarget(
            name: "AttackSimulationTests", dependencies: ["AttackSimulation", "FleetModel", "MovingTarget"],
            swiftSettings: swift),
        .testTarget(
            name: "CertificatesTests", dependencies: ["Certificates", "RelocateTesting"], swiftSettings: swift),
        .testTarget(
            name: "HTTPTests", dependencies: ["COpenSSL", "Certificates", "HTTP", "RelocateTesting"],
            exclude: ["Oracles"], resources: [.copy("Corpus"), .copy("Frames")], swiftSettings: swift),
        .testTarget(
            name: "ImageStoreTests", dependencies: ["ImageStore", "RelocateTesting", "SystemSupport"],
            swiftSettings: swift),
        .testTarget(
            name: "LedgerTests", dependencies: ["FleetLedger", "Ledger", "RelocateTesting"], swiftSettings: swift),
        .testTarget(
            name: "HostAgentTests",
            dependencies: [
                "CNetlink", "DockerEngine", "HTTP", "HostAgent", "ImageStore", "RelocateTesting", "SystemSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swift),
        .testTarget(
            name: "DockerEngineTests",
            dependencies: [
                "DockerEngine", "HTTP", "RelocateTesting", .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swift),
        .testTarget(name: "LabTests", dependencies: ["Lab", "RelocateTesting"], swiftSettings: swift),
        .testTarget(
            name: "RelocateCommandTests", dependencies: ["AttackSimulation", "FleetAPI", "relocate"],
            swiftSettings: swift),
        .testTarget(
            name: "ControlPlaneTests",
            dependencies: [
                "AttackSimulation", "Certificates", "ControlPlane", "FleetAPI", "FleetCore", "FleetLedger",
                "HostAgent",
                "RelocateTesting",
            ],
            resources: [.copy("Refusals.json")], swiftSettings: swift
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Certificates", "FleetAPI", "FleetModel", "HTTP", "HostAgent", "Lab", "RelocateTesting",
                "SystemSupport", "relocate",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: swift
        ),
    ],
    swiftLanguageModes: [.v6]
)
