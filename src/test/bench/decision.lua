-- What a reverse proxy asks, for 100 users in turn: with identity headers, or with the one header that each
-- line of the file HEADERS is, if there is that file.
local USERS = 100
local requests = {}
local turn = 0

function init()
  local file = io.open(os.getenv("HEADERS"))
  if file then
    for line in file:lines() do
      local name, value = line:match("^([^:]+): (.*)$")
      requests[#requests + 1] = wrk.format("GET", "/elastauth", { [name] = value })
    end
    file:close()
    return
  end
  for i = 1, USERS do
    requests[i] = wrk.format("GET", "/elastauth", {
      ["Remote-User"] = string.format("user%03d", i),
      ["Remote-Groups"] = "admins,developers,team-" .. i % 10,
      ["Remote-Email"] = string.format("user%03d@example.org", i),
      ["Remote-Name"] = "User Number " .. i,
    })
  end
end

function request()
  turn = turn % USERS + 1
  return requests[turn]
end

-- errors.status counts every answer from 400 on, and the gateway has none between 201 and 399.
-- A response() here could see all of them, but would take CPU from the server.
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("decision %d %.2f %.2f %.2f %d %d\n",
    summary.requests, summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
