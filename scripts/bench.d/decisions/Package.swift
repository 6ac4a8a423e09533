// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "decisions",
    dependencies: [.package(name: "relocate", path: "../../..")],
    targets: [
        .executableTarget(
            name: "decisions",
            dependencies: [
                .product(name: "MovingTarget", package: "relocate"), .product(name: "FleetModel", package: "relocate"),
            ])
    ],
    swiftLanguageModes: [.v6]
)
