"""What each setting is for, as docs/settings.md shows it."""

SETTING_HELP: dict[str, str] = {
    "home": "Folder for everything the console writes; it is closed to other accounts. Its path "
    "may have up to 495 bytes, with any characters. A relative one, as the default, lies in the "
    "folder from which the command is called: set an absolute one (`modconsole init` does).",
    "state_url": "Where comments, decisions and appeals are kept: `sqlite`, the file `state.db` in "
    "the home folder, or `postgresql://USER@HOST/DATABASE`, which several machines can share. The "
    "password stands in the URL or in a file that `?passfile=/path` names.",
    "log": "What `serve`, `dashboard`, `author` and `schedule run` write: `text`, or `json`, a "
    "line of JSON on standard output for each message, without passwords and keys. The record of "
    "calls and requests is apart, in the serving log.",
    "log_store": "Where machines share the serving log: `none`, a folder that each of them "
    "mounts, or `s3://BUCKET/PREFIX`. `modconsole logs upload` copies finished segments there, and "
    "the pages read both. Keys, region and another endpoint than Amazon's are in "
    "`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_DEFAULT_REGION` and `AWS_ENDPOINT_URL`.",
    "sign_in": "How staff sign in: `demo` lets anybody at this machine choose a made-up person, "
    "`oidc` asks an OpenID provider. See docs/sign_in.md.",
    "publish_alone": "`yes` lets the one person here who may publish a policy publish what they "
    "wrote themselves. The page and the audit log say so. As soon as a second person may publish, "
    "that one has to.",
    "oidc_issuer": "The provider's issuer, as `https://login.example.org/realms/site`.",
    "oidc_client_id": "The name under which the provider knows this console.",
    "oidc_client_secret": "The console's password there; `none` for a client without one.",
    "oidc_name_claim": "The claim that names a person in decisions and the audit log; no two "
    "people may ever have the same one.",
    "oidc_role_claim": "The claim with a person's roles: `moderator`, `lead`, `ops`, `admin` or "
    "`auditor`, also with `modconsole-` before it. With dots for a claim within others, as in "
    "`realm_access.roles`.",
    "oidc_scope": "What the provider is asked for; `offline_access` if it gives out renewals only "
    "then.",
    "staff_url": "The address of the console in its people's browsers: `auto` on this machine, or "
    "`https://NAME` without a path.",
    "dashboard_host": "Address the console listens on; one other than this machine's loopback "
    "needs `MODCONSOLE_SIGN_IN=oidc` and `MODCONSOLE_STAFF_URL`.",
    "dashboard_port": "Port of the staff console.",
    "author_port": "Port of the public look-up.",
    "author_host": "Address the public look-up listens on; one other than this machine's loopback "
    "needs MODCONSOLE_PUBLIC_URL.",
    "public_url": "Where authors reach the public look-up, `https://appeals.example.org`: the "
    "answers of the API link there, and the look-up answers under no other name. `auto` is "
    "this machine's loopback.",
    "api_port": "Port of the API.",
    "backend": "What scores comments: `auto` (of `openvino`, `onnx` and `torch` the fastest here "
    "whose scores count as those in fp32), one of these three, `transformers` (any Hugging Face "
    "text classifier), `fake` (a word list, for tests), or a name from the backends file. What "
    "`auto` leaves open is measured once, in a few seconds, by the first process that scores, and "
    "again after a change of processor, model or runtime. The result is in `runtimes.json` in the "
    "home folder, and `modconsole doctor` shows it; delete the file to measure again.",
    "precision": "`int8`, `bf16` or `fp32`, if the backend supports it; `auto` is the fastest "
    "that was measured.",
    "model": "`shipped`, a folder made by `modconsole train`, or, for `transformers`, a Hugging "
    "Face id or folder.",
    "activation": "How the outputs of a Hugging Face model become scores: `softmax`, `sigmoid` or "
    "`none`; `auto` reads it from the model's configuration.",
    "labels": "What the labels of a Hugging Face model mean, e.g. "
    "`hate=identity_attack,rude=insult`; `auto` knows the usual names.",
    "torch_compile": "`yes` compiles the network with torch.compile: a slower start, then faster.",
    "read_chars": "How many characters of a comment are read, if it is ordinary English: the limit "
    "on what a long comment costs. Text with more tokens to a character (Chinese, emoji) reaches "
    "it sooner. A comment that is not read to its end is held for a person, or removed because of "
    "the part that was read; it is never approved. After the limit is raised, those held are "
    "scored again, by `modconsole score` or while the API runs.",
    "backends_file": "The file that declares remote backends; relative to the home folder, or "
    "absolute.",
    "erasures_file": "The list of erased authors, in digests; relative to the home folder, or "
    "absolute. Keep it on another disk than the home, so that `modconsole restore --erasures` can "
    "repeat what was erased after a backup.",
    "fallback": "What scores comments if the backend does not answer: `none`, or any value that "
    "`backend` can have.",
    "failure_policy": "What happens to a comment if no backend answers: `hold` it for a person, "
    "`approve` it, or `first_stage_only`: approve what the cascade's first stage clears and hold "
    "the rest. It is scored once a backend answers again.",
    "languages": "The languages that the site expects, as codes of ISO 639: `en,de`. Where a short "
    "comment could be in several, one of these is taken; `modconsole doctor` and the page "
    "*Backends* say which of them nothing assesses. A comment in such a language is held for a "
    "person, unless the policy approves it or a backend in the backends file lists the language: "
    '`languages = ["de"]`.',
    "rescore_s": "Seconds between two checks for comments that are to be scored once a backend "
    "answers again.",
    "audit_share": "Share of the comments that the model approves by their scores that a person "
    "checks, too, while readers see them; 0 checks none. Without such a check nobody can tell how "
    "much the model misses. If 10 of 100 comments are held, 0.01 adds a tenth to the reviewers' "
    "work.",
    "blind_share": "Share of the comments held by a rule that are shown without scores, so that "
    "nobody can tell them from those checked by `MODCONSOLE_AUDIT_SHARE`; 0 shows all scores, and "
    "then everything without scores is such a check.",
    "second_look_share": "Share of the decisions of people that another person judges, too, "
    "without knowing them; 0 draws none. It shows how far people agree (page *Quality*), and costs "
    "that share of the reviewers' time.",
    "grace_s": "Seconds after which a reviewer's decision takes effect, up to 300. Until then it "
    "can be cancelled, and authors, the API and appeals don't see it. 0: it takes effect at once.",
    "author_language": "The language of the public look-up where neither its link (`?lang=de`) nor "
    "the browser names one that it has, and of notices about comments whose language is unsure or "
    "not among these: `en`, `de`, `fr`, `nl`, `es` or `pt`. The site's rules are quoted as they "
    "are written; those of the default policy are translated beside them.",
    "appeal_window_days": "Days after a removal in which its author can appeal (DSA Art. 20: six "
    "months).",
    "appeal_answer_days": "Days in which an appeal is to be answered. Its author is told the date, "
    "which stays as it was if the setting changes later; *Appeals* shows what is due first.",
    "review_hours": "Hours in which a case should be decided; the page *Work* counts those that "
    "waited longer.",
    "retention_days": "Days after which a comment's author and texts are erased, counted from the "
    "last thing that happened to it; 0: never. Not less than the days for an appeal and its "
    "answer. The API erases once a day, `modconsole erase expired` at once. See docs/erasure.md.",
    "retention_addresses_days": "Days after which an author's address for notices is erased, "
    "counted likewise; 0: with the comment.",
    "retention_reports_days": "Days after which the name of a reporter and what they wrote are "
    "erased, counted from the report, once its case is closed; 0: the words with the comment, the "
    "name never.",
    "rules_url": "Where the site's rules can be read, for statements of reasons: `none`, or an "
    "address such as `https://example.org/rules#{reason}`, with `{reason}` for the code of the "
    "reason.",
    "site_name": "What the site is called, in up to 80 characters: the look-up says whose comments "
    "it is about.",
    "contact": "Whom an author may ask about a decision: a mail address or a web page. It stands "
    "below each answer of the look-up.",
    "time_zone": "In which time zone messages to authors give times, as in `Europe/Berlin`. Pages "
    "use the zone of the browser.",
    "quiet_hours": "Hours of the day, in that zone, in which no digest leaves, as in `22-7`.",
    "webhook_url": "Where the site takes messages about comments: `none`, or `https://HOST/PATH`. "
    "All processes need the same settings of channels: a message is stored with its decision, or "
    "not at all. See docs/outbox.md.",
    "webhook_secret": "The key that signs them: `whsec_` and 24 to 64 random bytes in base64, such "
    "as from `openssl rand -base64 32`.",
    "tell_reporters": "`yes` sends the site a message once a person has decided on a text that "
    "somebody reported, so that it can tell them: see docs/outbox.md.",
    "smtp_host": "The mail server that takes notices for authors: `none`, or its name. They go to "
    "MODCONSOLE_SMTP_TO, unless MODCONSOLE_MAIL_AUTHORS is set.",
    "smtp_port": "Port of the mail server.",
    "smtp_security": "How the connection to it is encrypted: `starttls`, `tls` from the first "
    "byte, or `none`, for a server on this machine.",
    "smtp_user": "Who signs in there; `none`: nobody.",
    "smtp_password": "The password to it.",
    "smtp_from": "Address from which mail is sent.",
    "smtp_to": "The site's mailbox for all notices.",
    "mail_authors": "`yes` sends a notice to the author's own address, if the site sent one with "
    "the comment (`author_email`): see docs/outbox.md.",
    "hackernews_url": "Base address of the Hacker News Firebase API.",
    "algolia_url": "Base address of the Hacker News search API by Algolia.",
    "hackernews_count": "How many of the newest Hacker News comments `modconsole up` ingests at "
    "its start; with 0 it asks nobody.",
    "source_timeout_s": "Seconds to wait for a source to connect or to send data.",
    "api_host": "Address the API listens on; an address other than this machine's loopback needs "
    "API keys.",
    "api_wait_ms": "Longest expected wait for scoring; above it the API answers 429.",
    "api_drain_s": "Most seconds that a stopping API takes to finish the requests it accepted.",
    "api_key_rate": "Requests a second that an API key may send on average.",
    "api_key_burst": "Requests that an API key may send at once.",
    "batch_tokens": "About how many tokens the API scores in one batch.",
    "batch_wait_ms": "Longest time a text waits for its batch to fill while another batch is being "
    "scored.",
    "batch_concurrency": "How many batches the API scores at the same time.",
    "replicas": "Processes of the API under `modconsole serve --engine ray`. Each has its own "
    "batches, cache and limits of API keys.",
    "replicas_max": "If higher than MODCONSOLE_REPLICAS, processes are started and stopped with "
    "the load, up to this many.",
    "replica_requests": "Target number of requests in progress in one process; above it another "
    "process is started.",
    "cache_size": "How many results of a local model a process keeps, so that no text is scored "
    "twice; 0 keeps none.",
    "cascade": "`on`: a first stage clears what is clearly fine, once `modconsole cascade "
    "calibrate` has proved how many flags it may miss.",
    "cascade_missed_share": "Largest share of the full model's flags that the cascade may miss "
    "(95 % upper bound).",
    "cascade_audit_share": "Share of the comments cleared by the first stage that the full model "
    "scores as a check.",
}
