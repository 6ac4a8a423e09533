import FleetModel

extension ImageSharing {
    /// Who shares, for people.
    var words: String {
        switch self {
        case .fleet: "shared by all containers, pages in memory too"
        case .tenant: "shared by the containers of a tenant (not with Docker, whose daemon has one copy for all)"
        case .none: "each container's own (not with Docker, whose daemon has one copy for all)"
        }
    }
}

extension ContainerSpec {
    /// With whom it shares its image's files, for people.
    var imageFiles: String {
        switch (runtime, imageSharing) {
        case (.docker, _):
            "shared with all containers of its Docker daemon, pages in memory too: it has one copy for all"
        case (_, .fleet): "shared with all containers, pages in memory too"
        case (_, .tenant): "shared with its tenant's containers only"
        case (_, .none): "its own"
        }
    }
}
