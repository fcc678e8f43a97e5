//! Whether what is stored answers a request.

use std::time::Duration;

use super::asking::Demands;
use super::keeping::Lifetime;
use super::policy::FOR_EVER;
use crate::clock::Moment;

/// What makes a begun second a whole one.
const ALMOST: Duration = Duration::from_nanos(999_999_999);

/// What is done with a stored answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// It is given.
    Fresh,
    /// It is given, and refreshed.
    Stale,
    /// It is given although it is stale, since the request does not mind.
    Tolerated,
    /// It is past its time: the request goes through.
    Expired,
    /// It would do, but not for this request.
    Declined,
}

/// The times of a stored answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub(crate) lifetime: Lifetime,
    pub(crate) received_at: Moment,
}

impl Times {
    /// Says what is done with the answer now.
    pub(crate) fn use_of(&self, demands: &Demands, now: Moment) -> Use {
        let Demands {
            max_age,
            min_fresh,
            max_stale,
            ..
        } = demands;
        let (resident, fresh) = (self.resident(now), self.lifetime.fresh);
        let window = self.lifetime.stale_while_revalidate;
        let too_old = max_age.is_some_and(|most| most.is_zero() || self.age(now) > most);
        if too_old || (!min_fresh.is_zero() && resident.saturating_add(*min_fresh) >= fresh) {
            return Use::Declined;
        }
        match resident.checked_sub(fresh) {
            None => Use::Fresh,
            Some(late) if late < window => Use::Stale,
            Some(late) if late < *max_stale => Use::Tolerated,
            Some(_) => Use::Expired,
        }
    }

    /// Tells whether the answer may stand in where the request that went through has failed.
    pub(crate) fn stands_in(&self, now: Moment) -> bool {
        let late = self.resident(now).saturating_sub(self.lifetime.fresh);
        let windows = self
            .lifetime
            .stale_if_error
            .max(self.lifetime.stale_while_revalidate);
        late < windows
    }

    /// Whether it may ever stand in.
    pub(crate) fn tolerates_failures(&self) -> bool {
        !self.lifetime.stale_if_error.is_zero() || !self.lifetime.stale_while_revalidate.is_zero()
    }

    /// How old the answer is.
    pub(crate) fn age(&self, now: Moment) -> Duration {
        self.resident(now).saturating_add(self.lifetime.initial_age)
    }

    /// For how many seconds, begun ones among them, it is fresh; less than none if it is stale; none if it is for ever.
    pub(crate) fn ttl(&self, now: Moment) -> Option<i64> {
        ttl(self.lifetime.fresh, self.resident(now))
    }

    fn resident(&self, now: Moment) -> Duration {
        now.since(self.received_at)
    }
}

/// For how many seconds an answer is fresh that was received so long ago; see [`Times::ttl`].
pub(crate) fn ttl(fresh: Duration, resident: Duration) -> Option<i64> {
    if fresh >= FOR_EVER {
        return None;
    }
    let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Some(match fresh.checked_sub(resident) {
        Some(left) => seconds(left.saturating_add(ALMOST)),
        None => -seconds(resident.saturating_sub(fresh)),
    })
}
