-- Shared by the scripts of this folder: the loader puts it in front of each of them.
-- No KEYS, no ARGV, returns nothing.

-- Redis's own clock as RFC 3339, UTC, with milliseconds. The date comes from the day number by the usual
-- civil calendar arithmetic (years that begin in March), since the sandbox has no os.date.
local function now()
  local clock = redis.call("TIME")
  local seconds = tonumber(clock[1])
  local days = math.floor(seconds / 86400)
  local rest = seconds - days * 86400
  local z = days + 719468
  local era = math.floor(z / 146097)
  local doe = z - era * 146097
  local yoe = math.floor((doe - math.floor(doe / 1460) + math.floor(doe / 36524) - math.floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
  local mp = math.floor((5 * doy + 2) / 153)
  local day = doy - math.floor((153 * mp + 2) / 5) + 1
  local month = mp < 10 and mp + 3 or mp - 9
  local year = yoe + era * 400 + (month <= 2 and 1 or 0)
  return string.format(
    "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
    year, month, day,
    math.floor(rest / 3600), math.floor(rest / 60) % 60, rest % 60,
    math.floor(tonumber(clock[2]) / 1000)
  )
end

-- A whole number from 0 that a double holds exactly, else nil.
local function whole(value)
  if type(value) == "string" then
    if not string.match(value, "^%d+$") then return nil end
    value = tonumber(value)
  end
  if type(value) ~= "number" or value ~= math.floor(value) or value < 0 or value > 9007199254740991 then return nil end
  return value
end

-- Below 0 where run a is the lower one, above 0 where it is the higher, 0 where they are the same.
local function compare(a_first, a_second, b_first, b_second)
  if a_first ~= b_first then return a_first < b_first and -1 or 1 end
  if a_second ~= b_second then return a_second < b_second and -1 or 1 end
  return 0
end

-- Status, generation and version in the text of a status key, each nil where it cannot be read.
-- What write-status wrote is recognised by its first and last fields without decoding: cjson refuses some JSON that
-- every reader understands (deep nesting, lone surrogates), and such a result must not make a status look absent.
local function read_status(text)
  local status, generation, version =
    string.match(text, '^{"status":"(%u+)","generation":(%d+),"version":(%d+)[,}].*"updated_at":"[^"]*"}$')
  if status then return status, whole(generation), whole(version) end
  local ok, decoded = pcall(cjson.decode, text)
  if not ok or type(decoded) ~= "table" then return nil, nil, nil end
  status = decoded.status
  return type(status) == "string" and status or nil, whole(decoded.generation), whole(decoded.version)
end

-- The text of a string key; nil where it is missing or of another type.
local function get_text(key)
  local text = redis.pcall("GET", key)
  return type(text) == "string" and text or nil
end

-- Generation, attempt and closed pair of a progress hash. Nil: absent or unreadable.
-- A `closed` that is no pair but says yes ("1", "true") closes the pair of the hash.
local function read_fence(key)
  local fields = redis.pcall("HMGET", key, "generation", "attempt", "closed")
  if fields.err then return nil, 0, nil, 0 end
  local generation, attempt = whole(fields[1]), whole(fields[2]) or 0
  local closed = fields[3]
  if not closed or closed == "" or closed == "0" or closed == "false" then return generation, attempt, nil, 0 end
  local closed_generation, closed_attempt = string.match(closed, "^(%d+)%.(%d+)$")
  closed_generation, closed_attempt = whole(closed_generation), whole(closed_attempt)
  if closed_generation and closed_attempt then return generation, attempt, closed_generation, closed_attempt end
  return generation, attempt, generation, attempt
end

-- A percent as text, clamped to 0-100; what is no finite decimal number is 0.
local function percent_of(text)
  if type(text) ~= "string" or not string.match(text, "^[+-]?%d+%.?%d*[eE]?[+-]?%d*$") then return 0 end
  local value = tonumber(text)
  if not value or value ~= value or value == math.huge or value == -math.huge then return 0 end
  return math.min(100, math.max(0, value))
end

local function publish(subject_channel, tenant_channel, message)
  redis.call("PUBLISH", subject_channel, message)
  redis.call("PUBLISH", tenant_channel, message)
end
