// swift-tools-version: 6.1
import PackageDescription

// The HTTP module of this repository with the routes that are measured.
let package = Package(
    name: "ours",
    dependencies: [
        .package(name: "relocate", path: "../../../.."),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        .executableTarget(
            name: "ours",
            dependencies: [
                .product(name: "HTTP", package: "relocate"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ])
    ]
)
