"""Where a listener may join a stream: frames, pages, clusters, stream headers, in-band tags."""
