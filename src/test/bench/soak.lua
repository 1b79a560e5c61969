-- USERS users in turn, whose names begin with USER_PREFIX, at no more than RATE requests a second over CONNECTIONS connections.
local USERS = tonumber(os.getenv("USERS"))
local RATE = tonumber(os.getenv("RATE"))
local CONNECTIONS = tonumber(os.getenv("CONNECTIONS"))
local requests = {}
local USER = os.getenv("USER_PREFIX")
local turn = 0

function init()
  for i = 1, USERS do
    requests[i] = wrk.format("GET", "/elastauth", {
      ["Remote-User"] = string.format(USER .. "%05d", i),
      ["Remote-Groups"] = "admins,developers,team-" .. i % 10,
      ["Remote-Email"] = string.format(USER .. "%05d@example.org", i),
      ["Remote-Name"] = "User Number " .. i,
    })
  end
end

function request()
  turn = turn % USERS + 1
  return requests[turn]
end

if RATE > 0 then
  function delay()
    return 1000 * CONNECTIONS / RATE
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("requests %d %.0f %.1f %.1f %d %d\n",
    summary.requests, summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
