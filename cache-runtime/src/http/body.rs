//! Bodies: whole from the cache, or passed on as the handler sends them.

use std::collections::VecDeque;
use std::fmt;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use http_body::{Body as HttpBody, Frame, SizeHint};
use pin_project_lite::pin_project;

pin_project! {
    /// The body of an answer that has passed a [`CacheLayer`](super::CacheLayer).
    pub struct Body<B: HttpBody> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = KindProjected]
    enum Kind<B: HttpBody> {
        /// All of it, until it is sent.
        Whole { bytes: Option<Bytes> },
        /// As the handler sends it.
        Passed { #[pin] body: B },
        /// What has been read of it, and the rest.
        Resumed { read: VecDeque<Frame<Bytes>>, rest: Rest<B> },
    }
}

/// What follows the part of a body that has been read.
enum Rest<B: HttpBody> {
    Body(Pin<Box<B>>),
    Error(B::Error),
    End,
}

impl<B: HttpBody> Body<B> {
    pub(crate) fn empty() -> Self {
        Self::whole(Bytes::new())
    }

    pub(crate) fn whole(bytes: Bytes) -> Self {
        let bytes = Some(bytes).filter(|bytes| !bytes.is_empty());
        Self {
            kind: Kind::Whole { bytes },
        }
    }

    pub(crate) fn passed(body: B) -> Self {
        Self {
            kind: Kind::Passed { body },
        }
    }

    fn resumed(read: VecDeque<Frame<Bytes>>, rest: Rest<B>) -> Self {
        Self {
            kind: Kind::Resumed { read, rest },
        }
    }
}

/// What came of reading a body.
pub(crate) enum Read<B: HttpBody> {
    /// It ended within the limit.
    Whole(Bytes),
    /// It is longer.
    TooLarge(Body<B>),
    /// It has more than data.
    Trailers(Body<B>),
    /// It ended in an error.
    Broken(Body<B>),
}

/// Reads a body as far as the limit goes. Nothing of it is lost, whatever comes of it.
pub(crate) async fn read<B: HttpBody>(body: B, limit: usize) -> Read<B> {
    let mut body = Box::pin(body);
    let (mut frames, mut length) = (VecDeque::new(), 0);
    loop {
        if body.size_hint().lower() > (limit - length) as u64 {
            return Read::TooLarge(Body::resumed(frames, Rest::Body(body)));
        }
        let frame = match next(body.as_mut()).await {
            None => return Read::Whole(joined(frames, length)),
            Some(Err(error)) => return Read::Broken(Body::resumed(frames, Rest::Error(error))),
            Some(Ok(frame)) => frame.map_data(into_bytes),
        };
        let Some(data) = frame.data_ref() else {
            frames.push_back(frame);
            return Read::Trailers(Body::resumed(frames, Rest::Body(body)));
        };
        let fits = data.len() <= limit - length;
        length += data.len();
        frames.push_back(frame);
        if !fits {
            return Read::TooLarge(Body::resumed(frames, Rest::Body(body)));
        }
    }
}

async fn next<B: HttpBody>(mut body: Pin<&mut B>) -> Option<Result<Frame<B::Data>, B::Error>> {
    std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await
}

fn into_bytes(mut data: impl Buf) -> Bytes {
    data.copy_to_bytes(data.remaining())
}

/// The data of frames, copied only if there is more than one.
fn joined(mut frames: VecDeque<Frame<Bytes>>, length: usize) -> Bytes {
    if frames.len() == 1 {
        let only = frames.pop_front().and_then(|frame| frame.into_data().ok());
        return only.unwrap_or_default();
    }
    let mut joined = BytesMut::with_capacity(length);
    for data in frames
        .into_iter()
        .filter_map(|frame| frame.into_data().ok())
    {
        joined.extend_from_slice(&data);
    }
    joined.freeze()
}

impl<B: HttpBody> HttpBody for Body<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let polled = match self.project().kind.project() {
            KindProjected::Whole { bytes } => {
                return Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes))));
            }
            KindProjected::Passed { body } => body.poll_frame(context),
            KindProjected::Resumed { read, rest } => {
                if let Some(frame) = read.pop_front() {
                    return Poll::Ready(Some(Ok(frame)));
                }
                match std::mem::replace(rest, Rest::End) {
                    Rest::End => return Poll::Ready(None),
                    Rest::Error(error) => return Poll::Ready(Some(Err(error))),
                    Rest::Body(mut body) => {
                        let polled = pin!(&mut body).poll_frame(context);
                        *rest = Rest::Body(body);
                        polled
                    }
                }
            }
        };
        let frame = ready!(polled);
        Poll::Ready(frame.map(|frame| frame.map(|frame| frame.map_data(into_bytes))))
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Whole { bytes } => bytes.is_none(),
            Kind::Passed { body } => body.is_end_stream(),
            Kind::Resumed { read, rest } => read.is_empty() && rest.is_end(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Whole { bytes } => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64)
            }
            Kind::Passed { body } => body.size_hint(),
            Kind::Resumed { read, rest } => {
                let data = read.iter().filter_map(Frame::data_ref);
                rest.size_hint(data.map(Bytes::len).sum::<usize>() as u64)
            }
        }
    }
}

impl<B: HttpBody> Rest<B> {
    fn is_end(&self) -> bool {
        match self {
            Self::Body(body) => body.is_end_stream(),
            Self::Error(_) => false,
            Self::End => true,
        }
    }

    /// What is known of the length, with what has been read.
    fn size_hint(&self, read: u64) -> SizeHint {
        let Self::Body(body) = self else {
            let mut hint = SizeHint::new();
            hint.set_lower(read);
            return hint;
        };
        let rest = body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(read.saturating_add(rest.lower()));
        if let Some(upper) = rest.upper() {
            hint.set_upper(read.saturating_add(upper));
        }
        hint
    }
}

impl<B: HttpBody> fmt::Debug for Body<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body")
            .field("size", &self.size_hint())
            .finish_non_exhaustive()
    }
}
