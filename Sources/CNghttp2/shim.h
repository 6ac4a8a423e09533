// libnghttp2: the frames, header compression and flow control of HTTP/2.
#ifndef RELOCATE_CNGHTTP2_H
#define RELOCATE_CNGHTTP2_H

#include <nghttp2/nghttp2.h>

#endif
