"""A document, as the answer in the form that was asked for."""

import json

from twisted.web.server import Request

from tinyice.web.answers import NOT_CACHED, Answer, encode, respond, xml_document
from tinyice.web.guard import Caller
from tinyice.web.icecast_documents import Document, Reply
from tinyice.web.icecast_forms import Form, form_of
from tinyice.web.icecast_json import document_json
from tinyice.web.icecast_xml import document_xml
from tinyice.web.pages import Pages

_RESPONSE = "response"


class Answers:
    """Gives documents as XML, as JSON, or as one of the pages."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def tell(
        self,
        request: Request,
        caller: Caller,
        document: Document | Reply,
        page: str = _RESPONSE,
        **values: object,
    ) -> bytes:
        """Answer ``request``; ``page`` shows the document to people, with ``values``."""
        form = form_of(request)
        if form is Form.JSON:
            return respond(request, private_json(json.dumps(document_json(document))))
        if form is Form.XML:
            return respond(request, xml_document(document_xml(document)))
        return self.show(request, caller, page, told=document, **values)

    def show(self, request: Request, caller: Caller, page: str, **values: object) -> bytes:
        """Answer with a page; its forms carry what keeps other sites from sending them."""
        return respond(request, self._pages.answer(page, csrf=caller.csrf, **values))


def private_json(text: str) -> Answer:
    """A JSON document for who asked, and no page of another site."""
    return Answer(200, "application/json; charset=utf-8", encode(text), NOT_CACHED)
