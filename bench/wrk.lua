-- Sends the requests of the file named in TRIVET_REQUESTS, one path a line, in turn; a first line that starts with { is
-- the body to POST; what follows a tab is the bearer's token. Each thread begins elsewhere in the list.
local requests = {}
local next_one = 0
local threads = 0

function setup(thread)
  thread:set("offset", threads * 37)
  threads = threads + 1
end

function init(args)
  local body = nil
  for line in io.lines(os.getenv("TRIVET_REQUESTS")) do
    if line:sub(1, 1) == "{" then
      body = line
    elseif body then
      requests[#requests + 1] = wrk.format("POST", line, {["Content-Type"] = "application/json"}, body)
    else
      local path, token = line:match("^(.*)\t(.*)$")
      local headers = token and {["Authorization"] = "Bearer " .. token}
      requests[#requests + 1] = wrk.format("GET", path or line, headers)
    end
  end
  next_one = offset
end

function request()
  next_one = next_one + 1
  return requests[next_one % #requests + 1]
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"p50_us":%d,"p99_us":%d,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
