//! Lists of the API that have to be read whole: half a list is an error, never a shorter list.

use std::collections::BTreeSet;

use futures_util::future::join_all;

use crate::format::json::Json;
use crate::github::client::{GithubClient, NextPage};
use crate::github::error::{ApiError, ErrorResponse, invalid_response};
use crate::github::pull_request::lacks_field;
use crate::reason::ReasonCode;
use crate::rejection::Rejection;

/// How many elements are requested at a time, which is the most that GitHub gives.
pub const PAGE_SIZE: usize = 100;

/// The path of a page, from 1, of a list.
pub fn page_path(list: &str, page: usize) -> String {
    let separator = if list.contains('?') { '&' } else { '?' };
    let first = format!("{list}{separator}per_page={PAGE_SIZE}");
    if page > 1 { format!("{first}&page={page}") } else { first }
}

/// A list of the API.
#[derive(Clone, Copy)]
pub struct PagedList<'a> {
    /// Its path, with a query if it has one.
    pub path: &'a str,
    /// The list in words, for messages.
    pub what: &'a str,
    /// The permission that reading it takes.
    pub permission: &'a str,
    /// The field that tells its elements apart.
    pub id: &'a str,
    /// The member of a page that holds the elements, beside their `total_count`; `None` if the page is the list.
    pub member: Option<&'a str>,
    /// How many elements are read at most.
    pub max: usize,
    /// What to do if there are more.
    pub help: &'a str,
}

impl PagedList<'_> {
    /// Reads every page, one after the other: only the page before says whether there is another one.
    ///
    /// # Errors
    /// `api.*`, also for a list that is longer than its bound or changes while it is read.
    pub async fn read_all(&self, github: &GithubClient<'_>) -> Result<Vec<Json>, Rejection> {
        self.try_read_all(github).await.map_err(|error| self.refused(error))
    }

    /// The same, for a list whose refusal has a meaning.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn try_read_all(&self, github: &GithubClient<'_>) -> Result<Vec<Json>, ApiError> {
        let mut list = Elements::default();
        for number in 1.. {
            let page = self.fetch(github, number).await?;
            if list.next == NextPage::Yes && page.elements.is_empty() {
                return Err(self.changed("has an empty page where the page before announced more elements").into());
            }
            self.add(page, &mut list)?;
            if list.read.len() > self.max {
                return Err(self.too_long().into());
            }
            if !list.has_next {
                break;
            }
        }
        match list.total {
            Some(total) if usize::try_from(total) != Ok(list.read.len()) => {
                let found = format!("has {} elements, and its `total_count` is {total}", list.read.len());
                Err(self.changed(&found).into())
            }
            _ => Ok(list.read),
        }
    }

    /// Reads a list whose length is known, all pages concurrently. The result is longer or shorter than `count` if the
    /// list is; of a longer one only the first page too many is read.
    ///
    /// # Errors
    /// `api.*`, also for a list that has an element twice.
    pub async fn read_counted(&self, github: &GithubClient<'_>, count: usize) -> Result<Vec<Json>, Rejection> {
        let pages = count.div_ceil(PAGE_SIZE).max(1);
        let mut list = Elements::default();
        for page in join_all((1..=pages).map(|number| self.fetch(github, number))).await {
            self.add(page.map_err(|error| self.refused(error))?, &mut list)?;
        }
        if list.has_next && list.read.len() == count {
            let page = self.fetch(github, pages + 1).await.map_err(|error| self.refused(error))?;
            self.add(page, &mut list)?;
        }
        Ok(list.read)
    }

    async fn fetch(&self, github: &GithubClient<'_>, page: usize) -> Result<Page, ApiError> {
        let path = page_path(self.path, page);
        let (json, next) = github.get_page(&path).await?;
        let total = json.get_path("total_count").as_u64();
        if self.member.is_some() && total.is_none() {
            return Err(invalid_response(&path, &lacks_field("total_count")).into());
        }
        let list = self.member.map_or(&json, |member| json.get_path(member));
        let elements = list.as_array().ok_or_else(|| match self.member {
            None => invalid_response(&path, "is not a list"),
            Some(member) => invalid_response(&path, &lacks_field(member)),
        })?;
        Ok(Page { elements: elements.to_vec(), total, next })
    }

    fn add(&self, page: Page, list: &mut Elements) -> Result<(), Rejection> {
        let Page { elements, total, next } = page;
        if list.total.is_some() && list.total != total {
            return Err(self.changed("has another `total_count` on a later page"));
        }
        list.total = total;
        list.next = next;
        list.has_next = next.follows(elements.len(), PAGE_SIZE);
        for element in elements {
            let id = element.get_path(self.id);
            let id = id.as_str().map(str::to_owned).or_else(|| id.as_u64().map(|id| id.to_string()));
            let lacks_id = || invalid_response(self.path, &format!("has an element without a valid `{}`", self.id));
            if !list.ids.insert(id.ok_or_else(lacks_id)?) {
                return Err(self.changed("has the same element twice"));
            }
            list.read.push(element);
        }
        Ok(())
    }

    /// A list that its own pages contradict: it changed while it was read, or something between here and GitHub did.
    fn changed(&self, why: &str) -> Rejection {
        let mut rejection = invalid_response(self.path, why);
        "the list has to be read whole, and may have changed meanwhile".clone_into(&mut rejection.expected);
        rejection.with_help(
            "Re-run the job. If the error persists, check that GITHUB_API_URL and the proxy lead to GitHub's REST API.",
        )
    }

    fn too_long(&self) -> Rejection {
        Rejection::new(
            ReasonCode::ApiInvalidResponse,
            format!("there are more than {} of {}", self.max, self.what),
            format!("at most {} are read", self.max),
        )
        .with_help(self.help)
    }

    fn refused(&self, error: ApiError) -> Rejection {
        let hidden = matches!(error, ApiError::Status(ErrorResponse { status: 404, .. }));
        let mut rejection = error.into_rejection(self.what, self.permission);
        if hidden {
            // GitHub hides from some tokens what they may not read.
            rejection.expected = format!("the token needs `{}`", self.permission);
        }
        rejection
    }
}

struct Page {
    elements: Vec<Json>,
    total: Option<u64>,
    next: NextPage,
}

/// What was read so far.
struct Elements {
    read: Vec<Json>,
    ids: BTreeSet<String>,
    total: Option<u64>,
    /// What the last page says about a next one.
    next: NextPage,
    /// Whether a next page has to be read.
    has_next: bool,
}

impl Default for Elements {
    fn default() -> Self {
        Self { read: Vec::new(), ids: BTreeSet::new(), total: None, next: NextPage::Unknown, has_next: false }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::checks::test_support::{REPOSITORY, World};

    const NEXT: &str =
        "<https://api.github.com/x?page=2>; rel=\"next\", <https://api.github.com/x?page=9>; rel=\"last\"";
    const LAST: &str =
        "<https://api.github.com/x?page=1>; rel=\"prev\", <https://api.github.com/x?page=1>; rel=\"first\"";

    fn items(ids: std::ops::Range<u64>) -> Value {
        ids.map(|id| json!({ "id": id })).collect()
    }

    fn list(path: &str, max: usize) -> PagedList<'_> {
        PagedList {
            path,
            what: "the items",
            permission: "items: read",
            id: "id",
            member: None,
            max,
            help: "Have fewer.",
        }
    }

    fn read(world: &World, max: usize) -> Result<usize, Rejection> {
        let path = format!("{REPOSITORY}/items");
        world.run(async |context| list(&path, max).read_all(context.github).await.map(|items| items.len()))
    }

    fn read_counted(world: &World, count: usize) -> Result<usize, Rejection> {
        let path = format!("{REPOSITORY}/items?x=y");
        world.run(async |context| list(&path, 1000).read_counted(context.github, count).await.map(|items| items.len()))
    }

    #[test]
    fn reads_on_as_long_as_the_header_announces_a_next_page() {
        let world = World::default().page("/items?per_page=100", &items(0..3), NEXT).page(
            "/items?per_page=100&page=2",
            &items(3..5),
            LAST,
        );
        assert_eq!(read(&world, 1000), Ok(5));
    }

    #[test]
    fn counts_without_the_header() {
        let world = World::default()
            .on("/items?per_page=100", &items(0..100))
            .on("/items?per_page=100&page=2", &items(100..200))
            .on("/items?per_page=100&page=3", &items(0..0));
        assert_eq!(read(&world, 200), Ok(200));
        let world = World::default().on("/items?per_page=100", &items(0..99));
        assert_eq!(read(&world, 1000), Ok(99));
        assert_eq!(world.requests().len(), 1);
    }

    #[test]
    fn half_a_list_is_an_error() {
        let first = || World::default().page("/items?per_page=100", &items(0..100), NEXT);
        let second = "/items?per_page=100&page=2";
        for (what, world, message) in [
            ("overlap", first().on(second, &items(99..120)), "the same element twice"),
            ("repeat", first().on(second, &items(0..100)), "the same element twice"),
            ("shrink", first().page(second, &items(0..0), LAST), "an empty page"),
            ("no list", first().on(second, &json!({ "items": [] })), "is not a list"),
            ("no id", first().on(second, &json!([{ "name": "x" }])), "without a valid `id`"),
            ("missing", first(), "`items: read`"),
            ("refused", first().refuse(second, 403, "Resource not accessible by integration"), "`items: read`"),
        ] {
            let rejection = read(&world, 1000).unwrap_err();
            assert!(rejection.is_error(), "{what}");
            assert!(rejection.to_string().contains(message), "{what}: {rejection}");
        }
    }

    #[test]
    fn a_list_beyond_its_bound_is_an_error() {
        let world = World::default().page("/items?per_page=100", &items(0..4), LAST);
        assert_eq!(read(&world, 4), Ok(4));
        let rejection = read(&world, 3).unwrap_err();
        assert_eq!((rejection.code, rejection.help.as_str()), (ReasonCode::ApiInvalidResponse, "Have fewer."));
        assert!(rejection.found.contains("more than 3 of the items"), "{rejection}");
    }

    #[test]
    fn every_page_has_the_same_total_and_the_list_reaches_it() {
        let page = |total: u64, ids| json!({ "total_count": total, "items": items(ids) });
        let read = |world: &World| {
            let path = format!("{REPOSITORY}/items");
            let list = PagedList { member: Some("items"), ..list(&path, 1000) };
            world.run(async |context| list.read_all(context.github).await.map(|items| items.len()))
        };
        let first = |total| World::default().page("/items?per_page=100", &page(total, 0..2), NEXT);
        let second = "/items?per_page=100&page=2";
        assert_eq!(read(&first(3).page(second, &page(3, 2..3), LAST)), Ok(3));
        for (world, message) in [
            (first(4).page(second, &page(4, 2..3), LAST), "has 3 elements, and its `total_count` is 4"),
            (first(3).page(second, &page(2, 2..3), LAST), "another `total_count`"),
            (first(3).page(second, &json!({ "items": [] }), LAST), "`total_count`"),
            (first(3).page(second, &json!({ "total_count": 3 }), LAST), "`items`"),
        ] {
            let rejection = read(&world).unwrap_err();
            assert!(rejection.is_error() && rejection.to_string().contains(message), "{rejection}");
        }
    }

    #[test]
    fn a_counted_list_shows_that_it_is_longer_or_shorter() {
        let first = || World::default().page("/items?x=y&per_page=100", &items(0..100), NEXT);
        let second = "/items?x=y&per_page=100&page=2";
        assert_eq!(read_counted(&first().page(second, &items(100..150), LAST), 150), Ok(150));
        assert_eq!(read_counted(&first().page(second, &items(100..140), LAST), 150), Ok(140));
        assert_eq!(read_counted(&first().page(second, &items(0..0), LAST), 150), Ok(100));
        assert_eq!(read_counted(&first().page(second, &items(100..101), LAST), 100), Ok(101));
        let without_header = World::default().on("/items?x=y&per_page=100", &items(0..100)).on(second, &items(0..0));
        assert_eq!(read_counted(&without_header, 100), Ok(100));
        assert!(read_counted(&first().page(second, &items(50..100), LAST), 150).is_err());
    }
}
