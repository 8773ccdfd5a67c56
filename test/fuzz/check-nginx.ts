/** Directives that the front's configuration is made of. A user's text that ended a word would bring another one. */
const directives = new Set([
  ...["daemon", "worker_processes", "pid", "error_log", "events", "worker_connections", "http", "server", "listen"],
  ...["access_log", "server_tokens", "sendfile", "tcp_nopush", "tcp_nodelay", "gzip", "keepalive_requests", "types"],
  ...[
    "default_type",
    "charset",
    "client_max_body_size",
    "client_body_temp_path",
    "proxy_temp_path",
    "fastcgi_temp_path",
  ],
  ...["uwsgi_temp_path", "scgi_temp_path", "map_hash_bucket_size", "map_hash_max_size", "map", "absolute_redirect"],
  ...["location", "return", "add_header", "root", "try_files", "include", "if", "max_ranges", "error_page", "rewrite"],
  ...["break", "disable_symlinks", "log_not_found", "upstream", "zone", "keepalive", "proxy_cache_path", "proxy_pass"],
  ...["proxy_http_version", "proxy_pass_request_headers", "proxy_pass_request_body", "proxy_set_header"],
  ...["proxy_ssl_server_name", "proxy_ssl_name", "proxy_ssl_verify", "proxy_ssl_verify_depth", "proxy_connect_timeout"],
  ...["proxy_read_timeout", "proxy_intercept_errors", "proxy_hide_header", "proxy_ignore_headers", "proxy_buffer_size"],
  ...["proxy_buffers", "proxy_busy_buffers_size", "proxy_max_temp_file_size", "proxy_force_ranges", "proxy_cache"],
  ...["proxy_cache_key", "proxy_cache_valid", "proxy_cache_lock", "proxy_cache_revalidate", "proxy_buffering"],
  ...["proxy_request_buffering", "ssl_certificate", "ssl_certificate_key", "ssl_protocols"],
  ...["ssl_prefer_server_ciphers", "ssl_session_cache", "ssl_session_timeout", "ssl_session_tickets"],
]);

/** A word as nginx reads it: quoted, or up to a space or one of `;{}` (`{` only at its start: `${x}` is a word). */
const word =
  /\s+|#[^\n]*|"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|[;{}]|(?:\\[\s\S]|\$\{|[^\s;{"'\\])(?:\\[\s\S]|\$\{\w+\}|[^\s;{])*/y;

/** The configuration's braces and quotes close, and each directive is one of ours. */
export function checkNginx(text: string): void {
  const open: string[] = [];
  let first: string | undefined;
  for (const token of tokens(text)) {
    if (token === ";") first = undefined;
    else if (token === "{") {
      open.push(first ?? "");
      first = undefined;
    } else if (token === "}") {
      if (open.pop() === undefined || first !== undefined)
        throw new Error("nginx's configuration closes what is not open");
    } else if (first === undefined) {
      first = token;
      const table = open.at(-1) === "map" || open.at(-1) === "types";
      if (!table && !directives.has(token))
        throw new Error(`nginx's configuration has a directive ${JSON.stringify(token)}`);
    }
  }
  if (open.length > 0 || first !== undefined) throw new Error("nginx's configuration does not end");
}

function* tokens(text: string): Generator<string> {
  word.lastIndex = 0;
  while (word.lastIndex < text.length) {
    const at = word.lastIndex;
    const token = word.exec(text)?.[0];
    if (!token) throw new Error(`nginx's configuration is torn at ${JSON.stringify(text.slice(at, at + 60))}`);
    if (!/^[\s#]/.test(token)) yield token;
  }
}
