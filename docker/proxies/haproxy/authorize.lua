-- http-request lua.authorize <backend> <path> <request headers> <allowed headers> <refused headers>
--
-- Asks a backend about a request, through the frontend "authorize". On 2xx the allowed headers of the answer replace
-- those of the request; a header that the answer lacks is removed. Every other answer goes to the client, with its
-- status, its body and the refused headers. The lists are names in lower case, separated by commas.
-- x-forwarded-method and x-forwarded-uri are those of the request, whatever the client sent under these names.
--
-- HAProxy goes on with a request whose script fails. So the configuration must refuse a request for which the variable
-- txn.authorized is not true.

-- One socket for all backends. The configuration presets its path.
local SOCKET = "unix@" .. os.getenv("AUTHORIZE_SOCKET")

-- HAProxy 2.6 crashes when it sends a question with more than 101 lines of headers.
local MOST_LINES = 64

local function names(list)
  local all = {}
  for name in list:gmatch("[^,]+") do
    all[#all + 1] = name
  end
  return all
end

-- HAProxy counts the values of a header from 0.
local function values(of)
  local all = {}
  for _, value in pairs(of or {}) do
    all[#all + 1] = value
  end
  return all
end

local function authorize(txn, backend, path, sent, allowed, refused)
  local received = txn.http:req_get_headers()
  local headers, lines = {}, 0
  for _, name in ipairs(names(sent)) do
    if name == "x-forwarded-method" then
      headers[name] = { txn.sf:method() }
    elseif name == "x-forwarded-uri" then
      headers[name] = { txn.sf:pathq() }
    elseif received[name] then
      headers[name] = values(received[name])
    end
    lines = lines + #(headers[name] or {})
  end
  local answer
  if lines <= MOST_LINES then
    answer = core.httpclient():get({ url = "http://" .. backend .. path, headers = headers, dst = SOCKET })
  end
  local status = lines > MOST_LINES and 400 or answer and answer.status or 0

  if status >= 200 and status < 300 then
    for _, name in ipairs(names(allowed)) do
      txn.http:req_del_header(name)
      for _, value in ipairs(values(answer.headers[name])) do
        txn.http:req_add_header(name, value)
      end
    end
    txn:set_var("txn.authorized", true)
    return
  end

  local reply = txn:reply()
  reply:set_status(status >= 300 and status or 503)
  for _, name in ipairs(names(refused)) do
    for _, value in ipairs(values(answer and answer.headers and answer.headers[name])) do
      reply:add_header(name, value)
    end
  end
  if answer and answer.body and txn.sf:method() ~= "HEAD" then
    reply:set_body(answer.body)
  end
  txn:done(reply)
end

core.register_action("authorize", { "http-req" }, authorize, 5)
