#if THREAD_SANITIZER
    @testable import HTTP

    /// Here, too, the lock that the sanitizer can see.
    typealias Mutex = HTTP.Mutex
#endif
