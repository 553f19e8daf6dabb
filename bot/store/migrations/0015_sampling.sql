-- How a picture is sampled is one value of a request, with the field's own names for its parts; what an old row does not
-- say is what it meant then.

UPDATE jobs SET request = json_remove(
    json_set(request, '$.sampling', json_object(
        'sampler', coalesce(json_extract(request, '$.sampler'), 'euler_a'),
        'num_inference_steps', coalesce(json_extract(request, '$.steps'), 28),
        'guidance_scale', coalesce(json_extract(request, '$.guidance'), 5.0),
        'width', coalesce(json_extract(request, '$.width'), 832),
        'height', coalesce(json_extract(request, '$.height'), 1216)
    )),
    '$.sampler', '$.steps', '$.guidance', '$.width', '$.height'
) WHERE json_valid(request);

UPDATE drafts SET request = json_remove(
    json_set(request, '$.sampling', json_object(
        'sampler', coalesce(json_extract(request, '$.sampler'), 'euler_a'),
        'num_inference_steps', coalesce(json_extract(request, '$.steps'), 28),
        'guidance_scale', coalesce(json_extract(request, '$.guidance'), 5.0),
        'width', coalesce(json_extract(request, '$.width'), 832),
        'height', coalesce(json_extract(request, '$.height'), 1216)
    )),
    '$.sampler', '$.steps', '$.guidance', '$.width', '$.height'
) WHERE json_valid(request);
