if redis.call('TYPE', KEYS[2]).ok ~= 'set' or redis.call('SCARD', KEYS[2]) > 1000 then redis.call('DEL', KEYS[2]) end
local new = redis.call('SADD', KEYS[2], ARGV[1]) == 1
local length = redis.pcall('STRLEN', KEYS[1])
if new or type(length) ~= 'number' or length < 16 then redis.call('SET', KEYS[1], ARGV[2]) end
return 1
