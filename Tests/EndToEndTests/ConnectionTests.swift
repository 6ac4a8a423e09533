import Testing

extension EndToEnd {
    @Suite("Connections that a move meets at a bad moment")
    struct Connections {
        @Test(
            "beside connections that nobody reads, fifty busy ones are never reset, and no byte is wrong",
            arguments: [1, 50, 500])
        func unread(count: Int) async throws {
            try await OpenConnections.unread(count, moves: 17, in: try TestLab.shared)
        }

        @Test("a move waits until the program has accepted who has connected; all are answered")
        func acceptQueue() async throws { try await OpenConnections.acceptQueueIsWaitedFor(in: try TestLab.shared) }

        @Test("clients that the program does not accept are reset, or the move is given up, as the policy says")
        func acceptQueueCutOff() async throws {
            try await OpenConnections.acceptQueueIsCutOff(in: try TestLab.shared)
        }

        @Test("processes that connect to each other: who was not accepted is reset, or waits on, as the policy says")
        func innerCutOff() async throws { try await InnerConnections.areCutOff(in: try TestLab.shared) }

        @Test("processes that connect to each other all the time: none hangs, and each is answered")
        func inner() async throws {
            try await InnerConnections.areCarriedOrWaitedFor(moves: 9, in: try TestLab.shared)
        }

        @Test("connections of which processes of the container have both ends, and one is ended, go on")
        func innerHalfClosed() async throws { try await InnerConnections.areHalfClosed(in: try TestLab.shared) }

        @Test("processes that talk to each other in many ways: every byte comes, and every end")
        func innerWhole() async throws { try await InnerConnections.areWhole(moves: 10, in: try TestLab.shared) }

        @Test("what a server has written before it closed reaches a slow reader, through three moves")
        func closing() async throws { try await OpenConnections.closing(in: try TestLab.shared) }

        @Test("a client that does not scale its window sends as well after a move as before")
        func unscaled() async throws { try await OpenConnections.unscaled(in: try TestLab.shared) }

        @Test("how much room a client has is known after a move, also when it has ended its half")
        func endedByClient() async throws { try await OpenConnections.endedByClient(in: try TestLab.shared) }

        @Test("a listener that is bound to the interface's own address goes on being reached")
        func boundListener() async throws { try await OpenConnections.boundListener(in: try TestLab.shared) }

        @Test("a connection that is over, and that the server still has, moves with its address")
        func over() async throws { try await OpenConnections.over(in: try TestLab.shared) }

        @Test("what a client has cut off, unseen by the server, reads as cut off after a move")
        func cutOff() async throws { try await CutOffUploads.areTold(in: try TestLab.shared) }
    }
}

extension DockerTests {
    @Suite("Connections that a move between daemons meets at a bad moment")
    struct Connections {
        @Test("beside connections that nobody reads, fifty busy ones are never reset, and no byte is wrong")
        func unread() async throws { try await OpenConnections.unread(20, moves: 4, in: try TestLab.shared) }

        @Test("a move waits until the program has accepted who has connected; all are answered")
        func acceptQueue() async throws { try await OpenConnections.acceptQueueIsWaitedFor(in: try TestLab.shared) }

        @Test("clients that the program does not accept are reset, or the move is given up, as the policy says")
        func acceptQueueCutOff() async throws {
            try await OpenConnections.acceptQueueIsCutOff(in: try TestLab.shared)
        }

        @Test("processes that connect to each other: who was not accepted is reset, or waits on, as the policy says")
        func innerCutOff() async throws { try await InnerConnections.areCutOff(in: try TestLab.shared) }

        @Test("processes that connect to each other all the time: none hangs, and each is answered")
        func inner() async throws {
            try await InnerConnections.areCarriedOrWaitedFor(moves: 3, in: try TestLab.shared)
        }

        @Test("connections of which processes of the container have both ends, and one is ended, go on")
        func innerHalfClosed() async throws { try await InnerConnections.areHalfClosed(in: try TestLab.shared) }

        @Test("processes that talk to each other in many ways: every byte comes, and every end")
        func innerWhole() async throws { try await InnerConnections.areWhole(moves: 4, in: try TestLab.shared) }

        @Test("what a server has written before it closed reaches a slow reader, through three moves")
        func closing() async throws { try await OpenConnections.closing(in: try TestLab.shared) }

        @Test("a client that does not scale its window sends as well after a move as before")
        func unscaled() async throws { try await OpenConnections.unscaled(in: try TestLab.shared) }

        @Test("how much room a client has is known after a move, also when it has ended its half")
        func endedByClient() async throws { try await OpenConnections.endedByClient(in: try TestLab.shared) }

        @Test("a listener that is bound to the interface's own address goes on being reached")
        func boundListener() async throws { try await OpenConnections.boundListener(in: try TestLab.shared) }

        @Test("what a client has cut off, unseen by the server, reads as cut off after a move")
        func cutOff() async throws { try await CutOffUploads.areTold(in: try TestLab.shared) }
    }
}
