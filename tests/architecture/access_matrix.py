"""Who is let in where: every page of the program, every role. A page without a row here fails the tests.

  in      let in
  door    sent to sign in (a script hears 401)
  no      403, and logged
  reach   let in for a child within reach, else 404, as if it did not exist; see REACH
  decides let in for a child about whom the lead decides who may open it, else 404; see DECIDES
  sign    let in for a child that needs a sign before it, and is within reach, else 404; see SIGN
  own     let in for a child that one follows, 403 for another within reach, else 404
  leads   let in for a child of a team that one leads, 403 for another within reach, else 404
  team    let in for a child of a team that one leads, else 404
  theirs  403 for a child within reach, because it is somebody else's to do; else 404
  home    sent to the start page: the child's pages, once the tablet is the caseworker's again
  404, 400  nothing like that there; not like that

The column `about` says what the page's address names: a child, a visit (a planned one, or one that is `signed`), a
promise to a child, a flag, a milestone, or a document; `-` for none of them. A respondent has a tablet on loan, locked
to a form.
"""

from __future__ import annotations

from dataclasses import dataclass

ROLES = ("visitor", "respondent", "caseworker", "lead", "admin", "reviewer", "statistician")

PAGES = """
# page                 method  about    visitor  respondent  caseworker  lead   admin  reviewer  statistician

start.start            GET     -        door     door        in          in     in     in        in
account.sign_in        GET     -        in       in          in          in     in     in        in
account.sign_in        POST    -        in       in          in          in     in     in        in
account.sign_out       POST    -        door     door        in          in     in     in        in
account.prove          POST    -        door     door        in          in     in     in        in
account.language       POST    -        in       in          in          in     in     in        in
sso.sign_in            GET     -        404      404         404         404    404    404       404
sso.back               GET     -        404      404         404         404    404    404       404
sso.prove              GET     -        404      404         404         404    404    404       404
sso.proved             GET     -        404      404         404         404    404    404       404
sso.signed_out         GET     -        404      404         404         404    404    404       404
sso.leave              GET     -        404      404         404         404    404    404       404
sso.logged_out         POST    -        404      404         404         404    404    404       404
account.pin            GET     -        door     door        in          in     no     no        no
account.pin            POST    -        door     door        in          in     no     no        no
health.alive           GET     -        in       in          in          in     in     in        in
health.ready           GET     -        in       in          in          in     in     in        in
health.figures         GET     -        404      404         404         404    404    404       404
security.second        GET    -        in      in          in          in     in     in        in
security.second        POST   -        in      in          in          in     in     in        in
security.passkey_options POST   -        door    door        in          in     in     in        in
security.mine          GET    -        door    door        in          in     in     in        in
security.app           GET    -        door    door        in          in     in     in        in
security.app           POST   -        door    door        in          in     in     in        in
security.remove_app    POST   -        door    door        in          in     in     in        in
security.passkey       GET    -        door    door        in          in     in     in        in
security.passkey       POST   -        door    door        in          in     in     in        in
security.codes         POST   -        door    door        in          in     in     in        in
security.password      GET    -        door    door        in          in     in     in        in
security.password      POST   -        door    door        in          in     in     in        in
security.end_others    POST   -        door    door        in          in     in     in        in
security.qr            GET    -        door    door        404         404    404    404       404
security.remove_passkey POST   -        door    door        404         404    404    404       404
security.end_session   POST   -        door    door        404         404    404    404       404
users.users            GET    -        door    door        no          no     in      no        no
users.new              GET    -        door    door        no          no     in      no        no
users.new              POST   -        door    door        no          no     in      no        no
users.user             GET    -        door    door        no          no     404     no        no
users.change           POST   -        door    door        no          no     404     no        no
users.off              POST   -        door    door        no          no     404     no        no
users.on               POST   -        door    door        no          no     404     no        no
users.reset            GET    -        door    door        no          no     404     no        no
users.do_reset         POST   -        door    door        no          no     404     no        no
account_changes.changes GET   -        door    door        no          in     in      in        no
account_changes.seen   POST   -        door    door        no          404    404     404       no
account_changes.code   POST   -        door    door        no          404    404     404       no
portrait.mine          GET     -        door     door        in          in     no     no        no
portrait.mine          POST    -        door     door        in          in     no     no        no
portrait.image         GET     -        door     door        in          in     no     no        no

children.mine          GET     -        door     door        in          in     no     no        no
children.child         GET     child    door     door        reach       reach  no     no        no
children.wishes        POST    child    door     door        reach       reach  no     no        no
children.promise       POST    promise  door     door        own         theirs no     no        no

handovers.change       GET     child    door     door        no          team   no     no        no
handovers.change       POST    child    door     door        no          team   no     no        no
handovers.sheet        GET     child    door     door        reach       reach  no     no        no
handovers.record       POST    child    door     door        reach       reach  no     no        no
promises.ledger        GET     child    door     door        reach       reach  no     no        no
promises.settle        POST    promise  door     door        reach       reach  no     no        no

calendar.mine          GET     -        door     door        in          in     no     no        no
calendar.mine          POST    -        door     door        in          in     no     no        no
calendar.feed          GET     -        404      404         404         404    404    404       404

deadlines.everybody    GET     -        door     door        in          in     no     no        no
deadlines.child        GET     child    door     door        reach       reach  no     no        no
deadlines.record       POST    child    door     door        reach       reach  no     no        no
deadlines.withdraw     POST    milestone door   door        reach       reach  no     no        no

desk.queue             GET     -        door     door        no          in     no     no        no
desk.acknowledge_talks POST    -        door     door        no          in     no     no        no
desk.flag              GET     flag     door     door        reach       reach  no     no        no
desk.acknowledge       POST    flag     door     door        no          reach  no     no        no
desk.ask               POST    flag     door     door        no          reach  no     no        no
desk.answer            POST    flag     door     door        reach       reach  no     no        no
desk.plan              POST    flag     door     door        reach       reach  no     no        no
desk.close             POST    flag     door     door        reach       reach  no     no        no
desk.reopen            POST    flag     door     door        reach       reach  no     no        no
mandates.deputies      GET     -        door     door        no          in     no     no        no
mandates.deputies      POST    -        door     door        no          in     no     no        no
mandates.end           POST    -        door         door        no          404    no     no        no
need_to_know.overview  GET     -        door     door        no          in     no     no        no
need_to_know.child     GET     child    door     door        no          decides no    no        no
need_to_know.give      POST    child    door     door        no          decides no    no        no
need_to_know.assign    POST    child    door     door        no          decides no    no        no
need_to_know.bar       POST    child    door     door        no          decides no    no        no
need_to_know.end_grant POST    -        door     door        no          404    no     no        no
need_to_know.end_assignment POST -      door     door        no          404    no     no        no
need_to_know.lift      POST    -        door     door        no          404    no     no        no
need_to_know.sign      GET     child    door     door        sign        sign   no     no        no
need_to_know.sign      POST    child    door     door        sign        sign   no     no        no
need_to_know.opened    GET     -        door     door        in          in     no     no        no
need_to_know.break_glass POST  -        door     door        in          in     no     no        no
need_to_know.close     POST    -        door     door        404         404    no     no        no
need_to_know.seen      POST    -        door     door        no          404    no     no        no
need_to_know.reviews   GET     -        door     door        no          no     no     in        no
need_to_know.review    POST    -        door     door        no          no     no     404       no

desk.team              GET     -        door     door        no          in     no     no        no
desk.team_list         GET     -        door     door        no          in     no     no        no

log_review.months      GET     -        door     door        no          no     no     in        no
log_review.select      POST    -        door     door        no          no     no     404       no
log_review.review      GET     -        door     door        no          no     no     404       no
log_review.sign        POST    -        door     door        no          no     no     404       no
log_review.sample      GET     -        door     door        no          no     no     404       no
log_review.sample      POST    -        door     door        no          no     no     404       no
log_review.undo        POST    -        door     door        no          no     no     404       no
log_review.outcome     POST    -        door     door        no          no     no     404       no
log_review.find        GET     -        door     door        no          no     no     in        no
log_review.find        POST    -        door     door        no          no     no     in        no
log_review.readers     GET     child    door     door        no          no     no     in        no
log_review.readers_file GET    child    door     door        no          no     no     in        no
log_review.for_lead    GET     child    door     door        no          leads  no     no        no
log_review.for_lead_file GET   child    door     door        no          leads  no     no        no
log_review.chain       GET     -        door     door        no          no     no     in        no
log_review.chain       POST    -        door     door        no          no     no     in        no
log_review.looks       GET     -        door     door        no          no     no     in        no

child_line.line        GET     child    door     door        reach       reach  no     no        no
child_line.side_by_side GET    child    door     door        reach       reach  no     no        no
child_line.story       GET     child    door     door        reach       reach  no     no        no

visits.plan            GET     child    door     door        reach       reach  no     no        no
visits.plan            POST    child    door     door        reach       reach  no     no        no
visits.resume          GET     visit    door     door        reach       reach  no     no        no
visits.cancel          GET     visit    door     door        reach       reach  no     no        no
visits.cancel          POST    visit    door     door        reach       reach  no     no        no
visits.reopen          POST    visit    door     door        reach       reach  no     no        no
visits.today           POST    visit    door     door        reach       reach  no     no        no

visits.prepare         GET     visit    door     door        reach       reach  no     no        no
visits.prepare         POST    visit    door     door        reach       reach  no     no        no
visits.letter          GET     visit    door     door        reach       reach  no     no        no
visits.letter_pdf      GET     visit    door     door        reach       reach  no     no        no
visits.answers         GET     visit    door     door        reach       reach  no     no        no
visits.answers         POST    visit    door     door        reach       reach  no     no        no
visits.carer           GET     visit    door     door        reach       reach  no     no        no
visits.carer           POST    visit    door     door        reach       reach  no     no        no
visits.hand_over       GET     visit    door     door        reach       reach  no     no        no
visits.hand_over       POST    visit    door     door        reach       reach  no     no        no
visits.talk            GET     visit    door     door        reach       reach  no     no        no
visits.talk            POST    visit    door     door        reach       reach  no     no        no
visits.why             GET     visit    door     door        reach       reach  no     no        no
visits.why             POST    visit    door     door        reach       reach  no     no        no
visits.agreements      GET     visit    door     door        reach       reach  no     no        no
visits.agreements      POST    visit    door     door        reach       reach  no     no        no
visits.sign            GET     visit    door     door        reach       reach  no     no        no
visits.sign            POST    visit    door     door        reach       reach  no     no        no
visits.urgent          GET     visit    door     door        reach       reach  no     no        no
visits.urgent          POST    visit    door     door        reach       reach  no     no        no

visits.summary         GET     signed   door     door        reach       reach  no     no        no
visits.amend           GET     signed   door     door        reach       reach  no     no        no
visits.amend           POST    signed   door     door        reach       reach  no     no        no
documents.unfiled      GET     -        door     door        in          in     no     no        no
documents.state        GET     signed   door     door        reach       reach  no     no        no
documents.pdf          GET     signed   door     door        reach       reach  no     no        no
documents.edition      GET     document door     door        reach       reach  no     no        no
documents.hand_out     GET     document door     door        reach       reach  no     no        no
documents.hand_out     POST    document door     door        reach       reach  no     no        no
documents.text         GET     signed   door     door        reach       reach  no     no        no
documents.again        POST    signed   door     door        reach       reach  no     no        no
documents.file         POST    signed   door     door        reach       reach  no     no        no
editions.child_copy    GET     signed   door     door        reach       reach  no     no        no
editions.child_copy    POST    signed   door     door        reach       reach  no     no        no
editions.home_record   GET     signed   door     door        reach       reach  no     no        no
editions.home_record   POST    signed   door     door        reach       reach  no     no        no
editions.home_record_pdf GET   signed   door     door        reach       reach  no     no        no
editions.home_record_state GET signed   door     door        reach       reach  no     no        no
editions.file_home_record POST    signed   door     door        reach       reach  no     no        no
editions.mask          GET     signed   door     door        reach       reach  no     no        no
editions.mask          POST    signed   door     door        reach       reach  no     no        no

exports.all_unfiled    GET     -        door     door        in          in     no     no        no
exports.sidecar        GET     document door     door        reach       reach  no     no        no
exports.timeline       GET     child    door     door        reach       reach  no     no        no
exports.child          GET     child    door     door        no          leads  no     no        no
exports.child          POST    child    door     door        no          leads  no     no        no
exports.one            GET     -        door     door        no          404    no     no        no
exports.state          GET     -        door     door        no          404    no     no        no
exports.fetch          POST    -        door     door        no          404    no     no        no
exports.remove         POST    -        door     door        no          404    no     no        no

child_mode.audio       GET     -        door     404         home        home   home   home      home
child_mode.closing     GET     -        door     in          home        home   home   home      home
child_mode.closing     POST    -        door     in          no          no     no     no        no
child_mode.display     POST    -        door     in          no          no     no     no        no
child_mode.drawing     POST    -        door     400         no          no     no     no        no
child_mode.give_back   GET     -        door     in          home        home   home   home      home
child_mode.give_back   POST    -        door     in          no          no     no     no        no
child_mode.here        GET     -        door     in          home        home   home   home      home
child_mode.pause       GET     -        door     in          home        home   home   home      home
child_mode.pause       POST    -        door     in          no          no     no     no        no
child_mode.questions   GET     -        door     in          home        home   home   home      home
child_mode.questions   POST    -        door     in          no          no     no     no        no
child_mode.start       GET     -        door     in          home        home   home   home      home
child_mode.start       POST    -        door     in          no          no     no     no        no
child_mode.thanks      GET     -        door     in          home        home   home   home      home
"""

REACH = """
# who        alva     elliot  tor      samira       nour          vide
#            maja's   idris's  team B  protected,   protected,    maja's, and maja,
#                                      granted      not granted   birgitta, dag and
#                                      to maja                    hedda barred from it
# dag is a caseworker of team B and deputy lead of team A; hedda is head of both teams; sven and gunnel have broken
# the glass: he to nour, she to elliot
maja         in       404     404      in           404           404
idris        404      in      404      404          404           404
sven         404      404     in       404          in            404
birgitta     in       in      404      404          404           404
gunnel       404      in      in       404          404           404
dag          in       in      404      404          404           404
hedda        in       in      in       404          404           404
"""

LEADS = """
# of whose team the child is: whoever has broken the glass reads, and leads nobody by it
birgitta     in       in      404      404          404           404
gunnel       404      404     in       404          404           404
dag          in       in      404      404          404           404
hedda        in       in      in       404          404           404
"""

DECIDES = """
# a head decides who may open the protected children of her teams, and opens none of them herself
birgitta     in       in      404      404          404           404
gunnel       404      404     in       404          404           404
dag          in       in      404      404          404           404
hedda        in       in      in       in           in            404
"""

SIGN = """
maja         404      404     404      in           404           404
idris        404      404     404      404          404           404
sven         404      404     404      404          in            404
birgitta     404      404     404      404          404           404
gunnel       404      404     404      404          404           404
dag          404      404     404      404          404           404
hedda        404      404     404      404          404           404
"""

OWN = {"maja": ("alva", "samira"), "idris": ("elliot",), "sven": ("tor",)}
"""Whom each follows."""

KIDS = ("alva", "elliot", "tor", "samira", "nour", "vide")

PEOPLE = {
    "visitor": ("",),
    "respondent": ("tablet",),
    "caseworker": ("maja", "idris", "sven"),
    "lead": ("birgitta", "gunnel", "dag", "hedda"),
    "admin": ("ada",),
    "reviewer": ("lovisa",),
    "statistician": ("stig",),
}


@dataclass(frozen=True)
class Row:
    """A page and method, what its address names, and what each role meets there."""

    page: str
    method: str
    about: str
    meets: dict[str, str]


def rows() -> list[Row]:
    """Read PAGES."""
    found = []
    for line in _lines(PAGES):
        page, method, about, *cells = line
        found.append(Row(page, method, about, dict(zip(ROLES, cells, strict=True))))
    return found


def meets(cell: str, who: str, kid: str) -> str:
    """Say what a user meets at a page about a child, for a cell that depends on the child."""
    reached = reach()[who][kid]
    if cell in {"decides", "sign"}:
        return "in" if reach(cell)[who][kid] else "404"
    if reached and cell in {"own", "leads"}:
        return "in" if (kid in OWN.get(who, ()) if cell == "own" else reach(cell)[who][kid]) else "no"
    if not reached or (cell == "team" and not reach("leads")[who][kid]):
        return "404"
    return {"reach": "in", "team": "in", "theirs": "no"}[cell]


def reach(cell: str = "reach") -> dict[str, dict[str, bool]]:
    """Read REACH, or the table of another cell: user name -> child -> whether the user is let in."""
    table = {"decides": DECIDES, "sign": SIGN, "leads": LEADS}.get(cell, REACH)
    return {who: {kid: each == "in" for kid, each in zip(KIDS, cells, strict=True)} for who, *cells in _lines(table)}


def _lines(table: str) -> list[list[str]]:
    return [line.split() for line in table.splitlines() if line.strip() and not line.startswith("#")]
