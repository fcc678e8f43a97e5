local v = redis.pcall('GETRANGE', KEYS[1], 0, 15)
if type(v) ~= 'string' or #v < 16 then v = '' end
if v ~= ARGV[3] and (ARGV[3] ~= '*' or v == '') then return 0 end
if ARGV[2] == '0' then redis.call('SET', KEYS[1], ARGV[1])
else redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
return 1
