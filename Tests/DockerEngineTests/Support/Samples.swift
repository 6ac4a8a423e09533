import DockerEngine

/// Documents as a daemon of version 20.10 sends them, shortened.
enum Samples {
    static let containerID = "3f2a9c1d4e5b6a7988776655443322110f0e0d0c0b0a09080706050403020100"

    static let container = """
        {"Id":"3f2a9c1d4e5b6a7988776655443322110f0e0d0c0b0a09080706050403020100",
        "Created":"2026-11-26T12:00:00.123456789Z","Path":"/bin/server","Args":["--port","80"],
        "State":{"Status":"running","Running":true,"Paused":false,"Restarting":false,"OOMKilled":false,"Dead":false,
        "Pid":4711,"ExitCode":0,"Error":"","StartedAt":"2026-11-26T12:00:01.5Z","FinishedAt":"0001-01-01T00:00:00Z",
        "Health":{"Status":"healthy","FailingStreak":0,"Log":[]}},
        "Image":"sha256:aa","LogPath":"/var/lib/docker/containers/3f/3f-json.log","Name":"/web","RestartCount":2,
        "Driver":"overlay2","GraphDriver":{"Data":{"LowerDir":"/l","MergedDir":"/m","UpperDir":"/u","WorkDir":"/w"},
        "Name":"overlay2"},
        "HostConfig":{"Binds":["/srv/data:/data:ro"],"ContainerIDFile":"","NetworkMode":"front","PortBindings":{},
        "RestartPolicy":{"Name":"on-failure","MaximumRetryCount":5},"AutoRemove":false,"CapAdd":null,
        "Memory":67108864,"NanoCpus":1500000000,"MemorySwappiness":null,"ShmSize":67108864,
        "BlkioDeviceReadBps":[{"Path":"/dev/vda","Rate":18446744073709551615}],"CpuShares":0,
        "Sysctls":{"net.core.somaxconn":"128"},"MaskedPaths":["/proc/acpi"],"ConsoleSize":[0,0]},
        "Mounts":[{"Type":"bind","Source":"/srv/data","Destination":"/data","Mode":"ro","RW":false,
        "Propagation":"rprivate"},
        {"Type":"volume","Name":"0badcafe","Source":"/var/lib/docker/volumes/0badcafe/_data","Destination":"/cache",
        "Driver":"local","Mode":"","RW":true,"Propagation":""}],
        "Config":{"Hostname":"3f2a9c1d4e5b","Domainname":"","User":"1000","AttachStdin":false,"Tty":false,
        "ExposedPorts":{"80/tcp":{}},"Env":["PATH=/bin","A=1"],"Cmd":["/bin/server","--port","80"],"Image":"web:1",
        "Healthcheck":{"Test":["CMD","true"],"Interval":1000000000},"Volumes":{"/cache":{}},"WorkingDir":"/",
        "Entrypoint":null,"OnBuild":null,"Labels":{"team":"blue","quote":"a\\"b/\\u003c"},"StopSignal":"SIGTERM"},
        "NetworkSettings":{"Bridge":"","SandboxKey":"/var/run/docker/netns/ab","Ports":{"80/tcp":null},"Networks":{
        "front":{"IPAMConfig":{"IPv4Address":"10.1.0.9"},"Links":null,"Aliases":["www","3f2a9c1d4e5b"],
        "NetworkID":"n1","Gateway":"10.1.0.1","IPAddress":"10.1.0.9","IPPrefixLen":24,"DriverOpts":null},
        "back":{"IPAMConfig":null,"Links":null,"Aliases":null,"NetworkID":"n2","IPAddress":"","DriverOpts":null}}}}
        """

    /// The sample with changes in its own form.
    static func container(_ change: (inout JSON) -> Void) throws -> JSON {
        var document = try JSON(parsing: Array(container.utf8))
        change(&document)
        return document
    }
}

/// A frame of a container's output.
func frame(_ stream: UInt8, _ content: [UInt8]) -> [UInt8] {
    let length = UInt32(content.count)
    return [stream, 0, 0, 0] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> UInt32($0)) } + content
}
